package io.pushrank.jobs.stage;

import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.ModelTables;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.feature.FeatureException;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/** The models in use, each opened once: a promotion meanwhile must not give one piece of work two. */
public final class Models {
    private final Layout layout;
    private final Configuration hadoop;
    private final ModelTables tables;
    private final Map<ModelKind, ModelPackage> opened = new EnumMap<>(ModelKind.class);
    private final Map<String, String> digests = new TreeMap<>();

    public Models(SparkSession spark, Layout layout) {
        this.layout = layout;
        this.hadoop = spark.sparkContext().hadoopConfiguration();
        this.tables = new ModelTables(new Storage(hadoop), layout);
    }

    /** Whether there is a model in use, be it whole or not. */
    public boolean has(ModelKind kind) {
        return ModelPackage.hasChampion(layout.models(), kind, hadoop);
    }

    /**
     * The model in use, its digests verified.
     *
     * @throws io.pushrank.udf.model.ModelException when it is missing or not whole
     */
    public ModelPackage get(ModelKind kind) {
        ModelPackage model = opened.computeIfAbsent(kind, each -> ModelPackage.champion(layout.models(), each, hadoop));
        digests.put(kind.folder() + "/" + model.version(), model.digest());
        return model;
    }

    /** The features that it takes. */
    FeatureList features(ModelKind kind) {
        return FeatureList.of(get(kind));
    }

    /** Whether there are towers in use. */
    boolean hasTowers() {
        return tables.has(Table.FEATURE_EMBEDDINGS);
    }

    /**
     * The features of the towers in use.
     *
     * @throws ModelException when their list is missing, or names what is not there
     */
    TowerFeatures towers(Facts facts) {
        String file = tables.file(Table.FEATURE_EMBEDDINGS, ConfFolder.TOWERS);
        try {
            return TowerFeatures.of(
                    file, FeatureList.parse(file, tables.text(Table.FEATURE_EMBEDDINGS, ConfFolder.TOWERS)), facts);
        } catch (IllegalArgumentException | PushrankException e) {
            throw new ModelException(file, "features that can be calculated", e.getMessage(), e);
        }
    }

    /** What becomes of a run whose towers have a feature that cannot be calculated. */
    ModelException refusedTowers(FeatureException problem) {
        return new ModelException(
                tables.file(Table.FEATURE_EMBEDDINGS, ConfFolder.TOWERS),
                "features that can be calculated",
                problem.getMessage(),
                problem);
    }

    /** Digests of the models that were asked for, by kind and version. */
    public Map<String, String> digests() {
        return digests;
    }
}
