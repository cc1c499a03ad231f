package io.pushrank.udf.scoring;

import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.ColumnarRule;
import org.apache.spark.sql.execution.SparkPlan;
import scala.Tuple3;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * What a Spark session gets with {@code spark.sql.extensions = io.pushrank.udf.scoring.PushrankExtensions}: the SQL
 * function {@code light_score} of the light ranker in use below {@code spark.pushrank.models}, scored in blocks.
 */
public final class PushrankExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
    /** Setting: the folder of the model packages. */
    public static final String MODELS = "spark.pushrank.models";

    /** By folder: each call in a query would else read and digest the whole package. */
    private static final ConcurrentHashMap<String, ModelPackage> OPENED = new ConcurrentHashMap<>();

    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        extensions.injectFunction(new Tuple3<>(
                FunctionIdentifier.apply(LightScore.NAME),
                new ExpressionInfo(LightScore.class.getName(), LightScore.NAME),
                PushrankExtensions::lightScore));
        extensions.injectColumnar(session -> new ColumnarRule() {
            @Override
            public Rule<SparkPlan> preColumnarTransitions() {
                return new LightScoreBatches();
            }
        });
        extensions.injectPreCBORule(session -> new InstantLiterals.Logical());
        extensions.injectColumnar(session -> new ColumnarRule() {
            @Override
            public Rule<SparkPlan> preColumnarTransitions() {
                return new InstantLiterals.Physical();
            }
        });
        return BoxedUnit.UNIT;
    }

    private static Expression lightScore(Seq<Expression> arguments) {
        LightScore.requireOne(arguments);
        SparkSession spark = SparkSession.active();
        String models = spark.conf().get(MODELS, "");
        if (models.isEmpty()) {
            throw new IllegalArgumentException(LightScore.NAME + " needs the setting " + MODELS
                    + ", the folder of the models; set it with SET " + MODELS + " = DIR");
        }
        ModelPackage model = OPENED.compute(
                models,
                (directory, known) -> known != null && known.isChampion()
                        ? known
                        : ModelPackage.champion(
                                directory, ModelKind.LIGHT, spark.sparkContext().hadoopConfiguration()));
        return LightScore.of(arguments, model, TensorFlowThreads.DEFAULT);
    }
}
