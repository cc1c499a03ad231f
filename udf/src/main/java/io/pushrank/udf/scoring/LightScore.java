package io.pushrank.udf.scoring;

import io.pushrank.udf.model.LightModels;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/** The light ranker as a function of the struct of feature arrays; in SQL {@code light_score(features)}. */
public final class LightScore implements UDF1<Row, Float> {
    /** Name in SQL. */
    public static final String NAME = "light_score";

    private static final long serialVersionUID = 1L;

    private final ModelPackage model;
    private final TensorFlowThreads threads;

    private LightScore(ModelPackage model, TensorFlowThreads threads) {
        this.model = model;
        this.threads = threads;
    }

    /** Makes {@code light_score} known to the session's SQL. */
    public static void register(SparkSession spark, ModelPackage model, TensorFlowThreads threads) {
        spark.udf().register(NAME, new LightScore(model, threads), DataTypes.FloatType);
    }

    /** Score of the struct's row, a FLOAT in [0, 1]; the function must be registered. */
    public static Column of(Column features) {
        return functions.call_function(NAME, features);
    }

    @Override
    public Float call(Row features) {
        List<Float> continuous = features.getList(0);
        List<Boolean> missing = features.getList(1);
        List<Long> ids = features.getList(3);
        List<Float> values = features.getList(4);
        float[] continuousArray = new float[continuous.size()];
        boolean[] missingArray = new boolean[missing.size()];
        for (int index = 0; index < continuousArray.length; index++) {
            continuousArray[index] = continuous.get(index);
            missingArray[index] = missing.get(index);
        }
        long[] idArray = new long[ids.size()];
        float[] valueArray = new float[values.size()];
        for (int index = 0; index < idArray.length; index++) {
            idArray[index] = ids.get(index);
            valueArray[index] = values.get(index);
        }
        return LightModels.get(model, threads).score(continuousArray, missingArray, idArray, valueArray);
    }
}
