package io.pushrank.jobs.retrieval;

import java.util.ArrayList;
import java.util.List;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Arrays of floats from and to rows. */
public final class Floats {
    private Floats() {}

    static float[] of(List<Float> values) {
        float[] floats = new float[values.size()];
        for (int at = 0; at < floats.length; at++) {
            floats[at] = values.get(at);
        }
        return floats;
    }

    /** As Spark has lists of a row: a function that is handed the very row can read it too. */
    public static Seq<Float> toSeq(float[] floats) {
        List<Float> values = new ArrayList<>(floats.length);
        for (float value : floats) {
            values.add(value);
        }
        return CollectionConverters.asScala(values).toSeq();
    }
}
