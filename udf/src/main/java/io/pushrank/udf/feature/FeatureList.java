package io.pushrank.udf.feature;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.text.Documents;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The ordered features of a ranker; examples, training and scoring compute them from the same list. */
public record FeatureList(List<Feature> features) {
    /** With quotes, as the lists of all models have them: their bytes are digested. */
    private static final ObjectWriter WRITER = Documents.YAML.writer().without(YAMLGenerator.Feature.MINIMIZE_QUOTES);

    public FeatureList {
        if (features == null) {
            throw new IllegalArgumentException("there is no list of features");
        }
        Set<String> names = new HashSet<>();
        for (Feature feature : features) {
            if (!names.add(feature.name())) {
                throw new IllegalArgumentException("feature " + feature.name() + " stands twice in the list");
            }
        }
        features = List.copyOf(features);
    }

    /**
     * Parses a feature list.
     *
     * @param file its name, for messages
     * @throws IllegalArgumentException naming file, line, and what is wrong with it
     */
    public static FeatureList parse(String file, String yaml) {
        List<Feature> features = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Documents.Entry entry : Documents.entries(file, yaml, "features")) {
            Feature feature = Feature.of(file, entry);
            if (!names.add(feature.name())) {
                throw new IllegalArgumentException(file + ", line " + entry.line() + ": feature " + feature.name()
                        + " must stand once in the list, but stands there again");
            }
            features.add(feature);
        }
        return new FeatureList(features);
    }

    /** This list with another over it: a feature of the same name is replaced, a new one added at the end. */
    public FeatureList with(FeatureList upper) {
        Map<String, Feature> all = new LinkedHashMap<>();
        features.forEach(feature -> all.put(feature.name(), feature));
        upper.features.forEach(feature -> all.put(feature.name(), feature));
        return new FeatureList(List.copyOf(all.values()));
    }

    /**
     * The features that a model was trained with, in the order in which it takes them.
     *
     * @throws ModelException when the package's list cannot be used
     */
    public static FeatureList of(ModelPackage model) {
        String file = fileOf(model);
        try {
            return parse(file, model.featuresYaml());
        } catch (IllegalArgumentException e) {
            throw new ModelException(file, "a list of features", Documents.withoutFile(file, e), e);
        }
    }

    /** What becomes of a run whose model has a feature that cannot be calculated. */
    public static ModelException refused(ModelPackage model, FeatureException problem) {
        return new ModelException(fileOf(model), "features that can be calculated", problem.getMessage(), problem);
    }

    private static String fileOf(ModelPackage model) {
        return model.directory() + "/features.yaml";
    }

    public String toYaml() {
        try {
            return WRITER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a feature list is plain text and numbers", e);
        }
    }

    /** The light ranker's part of the list. */
    public FeatureList light() {
        return new FeatureList(features.stream().filter(Feature::light).toList());
    }

    public List<Feature> of(FeatureType... types) {
        return of(features, types);
    }

    /** Those of certain types, in their order. */
    static List<Feature> of(List<Feature> features, FeatureType... types) {
        Set<FeatureType> wanted = Set.of(types);
        return features.stream()
                .filter(feature -> wanted.contains(feature.type()))
                .toList();
    }

    /** Features that the heavy ranker takes as sparse ids, in the order in which it takes them. */
    public List<Feature> sparse() {
        List<Feature> sparse = new ArrayList<>(of(FeatureType.DISCRETE, FeatureType.STRING));
        sparse.addAll(of(FeatureType.SPARSE_BINARY));
        return List.copyOf(sparse);
    }

    /** Widths of the heavy ranker's dense inputs. */
    public FeatureShape heavyShape() {
        return new FeatureShape(
                of(FeatureType.CONTINUOUS).size(), of(FeatureType.BINARY).size());
    }

    /** Widths of the light ranker's dense inputs: it hashes what is binary. */
    public FeatureShape lightShape() {
        return new FeatureShape(of(FeatureType.CONTINUOUS).size(), 0);
    }
}
