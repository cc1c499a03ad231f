package io.pushrank.jobs.world;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The latents behind the truth, as tables; {@link Appeal} and {@link Moment} say what they do. */
final class OracleRows {
    static final StructType USERS = StructType.fromDDL(
            "user_id BIGINT, is_active BOOLEAN, taste DOUBLE, age_direction DOUBLE, tenure DOUBLE, propensity DOUBLE,"
                    + " interests ARRAY<BIGINT>, popularity DOUBLE, quality DOUBLE, time_zone STRING,"
                    + " is_commuter BOOLEAN, peak DOUBLE, width DOUBLE, visit_probability DOUBLE,"
                    + " fatigue_weight DOUBLE, fatigue_half_life_days DOUBLE");
    static final StructType POSTS = StructType.fromDDL("post_id BIGINT, author_id BIGINT, visual DOUBLE,"
            + " wordiness DOUBLE, topic_id BIGINT, spark DOUBLE, language STRING, is_sensitive BOOLEAN");

    private OracleRows() {}

    static Iterator<Row> user(WorldModel model, long userId) {
        Person person = model.population().person(userId);
        Row row = RowFactory.create(
                userId,
                person.isActive(),
                person.taste(),
                person.ageDirection(),
                person.tenure(),
                person.propensity(),
                person.interests().stream()
                        .map(topic -> topic + 1L)
                        .distinct()
                        .sorted()
                        .toArray(Long[]::new),
                person.popularity(),
                person.quality(),
                person.zone().getId(),
                person.rhythm().isCommuter(),
                person.rhythm().peak(),
                person.rhythm().width(),
                person.visitProbability(),
                person.fatigueWeight(),
                person.fatigueHalfLife() / 86_400);
        return List.of(row).iterator();
    }

    static Iterator<Row> posts(WorldModel model, long userId) {
        Person author = model.population().person(userId);
        List<Row> rows = new ArrayList<>();
        for (int day = 0; day < model.options().days(); day++) {
            for (Post post : model.posting().posts(author, day)) {
                rows.add(RowFactory.create(
                        post.id(),
                        userId,
                        post.visual(),
                        post.wordiness(),
                        post.topic() + 1L,
                        post.spark(),
                        post.language(),
                        post.isSensitive()));
            }
        }
        return rows.iterator();
    }
}
