package io.pushrank.udf.scoring;

import io.pushrank.udf.model.ModelPackage;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.catalyst.InternalRow;

/** Which model scores a row. */
final class ModelOfRow implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Below 0: one model for all. */
    private final int column;

    private final TreeMap<String, ModelPackage> models;

    private ModelOfRow(int column, Map<String, ModelPackage> models) {
        this.column = column;
        this.models = new TreeMap<>(models);
    }

    static ModelOfRow always(ModelPackage model) {
        return new ModelOfRow(-1, Map.of(model.version(), model));
    }

    /**
     * The model that a column names.
     *
     * @param models by what the column holds
     */
    static ModelOfRow named(int column, Map<String, ModelPackage> models) {
        return new ModelOfRow(column, models);
    }

    /** The same object for all rows of one model. */
    ModelPackage of(InternalRow row) {
        if (column < 0) {
            return models.firstEntry().getValue();
        }
        String version = row.isNullAt(column) ? "" : row.getUTF8String(column).toString();
        ModelPackage model = models.get(version);
        if (model == null) {
            throw new IllegalArgumentException(
                    "the model version of a row must be one of " + models.keySet() + ", but is \"" + version + "\"");
        }
        return model;
    }
}
