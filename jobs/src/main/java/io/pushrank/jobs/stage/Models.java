package io.pushrank.jobs.stage;

import io.pushrank.jobs.table.Layout;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/** The models in use, each opened once: a promotion meanwhile must not give one piece of work two. */
public final class Models {
    private final String directory;
    private final Configuration hadoop;
    private final Map<ModelKind, ModelPackage> opened = new EnumMap<>(ModelKind.class);
    private final Map<String, String> digests = new TreeMap<>();

    public Models(SparkSession spark, Layout layout) {
        this.directory = layout.models();
        this.hadoop = spark.sparkContext().hadoopConfiguration();
    }

    /** Whether there is a model in use, be it whole or not. */
    public boolean has(ModelKind kind) {
        return ModelPackage.hasChampion(directory, kind, hadoop);
    }

    /**
     * The model in use, its digests verified.
     *
     * @throws io.pushrank.udf.model.ModelException when it is missing or not whole
     */
    public ModelPackage get(ModelKind kind) {
        ModelPackage model = opened.computeIfAbsent(kind, each -> ModelPackage.champion(directory, each, hadoop));
        digests.put(kind.folder() + "/" + model.version(), model.digest());
        return model;
    }

    /** The features that it takes. */
    FeatureList features(ModelKind kind) {
        return FeatureList.of(get(kind));
    }

    /** Digests of the models that were asked for, by kind and version. */
    public Map<String, String> digests() {
        return digests;
    }
}
