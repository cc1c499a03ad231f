package io.pushrank.jobs.stage;

import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.Nearest;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/** The models in use, each opened once: a promotion meanwhile must not give one piece of work two. */
public final class Models {
    private final Layout layout;
    private final Configuration hadoop;
    private final ModelTables tables;
    private final Map<RankerVersion, ModelPackage> opened = new HashMap<>();
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
     * @throws ModelException when it is missing or not whole
     */
    public ModelPackage get(ModelKind kind) {
        return get(kind, Optional.empty());
    }

    /**
     * A version, its digests verified; empty: the one in use.
     *
     * @throws ModelException when it is missing or not whole
     */
    public ModelPackage get(ModelKind kind, Optional<String> version) {
        ModelPackage model =
                opened.computeIfAbsent(new RankerVersion(kind, version), none -> open(kind, version.orElse(null)));
        digests.put(kind.folder() + "/" + model.version(), model.digest());
        return model;
    }

    private ModelPackage open(ModelKind kind, String version) {
        return version == null
                ? ModelPackage.champion(layout.models(), kind, hadoop)
                : ModelPackage.open(layout.models(), kind, version, hadoop);
    }

    /**
     * Checks that a version that a setting names is there, be it whole or not.
     *
     * @param key of the setting, for the message
     * @throws PushrankException with exit code 2 when it is not
     */
    public void require(String key, ModelKind kind, String version) {
        if (!ModelPackage.exists(layout.models(), kind, version, hadoop)) {
            String folder = layout.models() + "/" + kind.folder();
            List<String> there = new Storage(hadoop)
                    .folders(folder).stream()
                            .filter(name -> !name.startsWith(".") && !name.endsWith("-evaluations"))
                            .toList();
            throw PushrankException.usage("config: " + key + " must be a version in " + folder + ", but is " + version
                    + (there.isEmpty() ? "; there is none" : "; the nearest are " + Nearest.to(version, there)));
        }
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
