package io.pushrank.udf.feature;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.codegen.Block;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeBlock;
import org.apache.spark.sql.catalyst.expressions.codegen.JavaCode;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** What expressions of our own need to speak to Spark's Catalyst, which is written in Scala. */
final class Catalyst {
    private Catalyst() {}

    static <T> Seq<T> sequence(List<T> values) {
        return CollectionConverters.asScala(values).toSeq();
    }

    /** Java code as it stands. */
    static Block block(String code) {
        return new CodeBlock(sequence(List.of(code)), sequence(List.<JavaCode>of()));
    }
}
