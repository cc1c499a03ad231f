package io.pushrank.jobs.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MovieLensImportTest {
    private static final String RATINGS = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n";
    private static final String MOVIES = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n";
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    private Path directory;

    @Test
    void aMovieIsAPostOfAnAuthorOfItsOwnAndAGoodRatingALike() throws IOException {
        Files.writeString(
                directory.resolve("ml-100k.inter"),
                RATINGS + "1\t10\t5\t874800000\n1\t11\t3\t874800100\n2\t10\t4\t874900000\n");
        Files.writeString(
                directory.resolve("ml-100k.item"),
                MOVIES
                        + "10\tToy \"Story\"\t1995\tComedy Animation\n11\tGoldenEye\t1995\tAction Comedy\n12\tUnseen\t1995\tWar\n");

        assertEquals(
                Map.of("users", 4L, "devices", 2L, "follows", 0L, "posts", 2L, "post_topics", 4L, "engagements", 3L),
                MovieLensImport.run(spark, directory.toString(), directory + "/out"));
        assertEquals(
                "[[10,1000010,1997-09-21 00:00:00,1997-09-21], [11,1000011,1997-09-21 00:01:40,1997-09-21]]",
                rows("posts", "post_id, author_id, string(created_at), string(ds)"));
        assertEquals(
                "[[1,1000010,10,like,1997-09-21], [1,1000011,11,impression,1997-09-21], [2,1000010,10,like,1997-09-22]]",
                rows("engagements", "user_id, author_id, post_id, kind, string(ds)"));
        assertEquals("[[10,2], [10,3], [11,1], [11,3]]", rows("post_topics", "post_id, topic_id"));
        assertEquals("[]", rows("follows", "user_id"));
        assertTrue(
                Files.exists(directory.resolve("out/0-inputs/posts/ds=1997-09-22")),
                "a day without a new movie is no day that is missing");
    }

    @Test
    void aLineThatIsNoRatingStopsTheImport() throws IOException {
        Files.writeString(directory.resolve("ml-100k.inter"), RATINGS + "1\t10\t5\t874800000\n1\t11\t6\t874800100\n");
        Files.writeString(directory.resolve("ml-100k.item"), MOVIES);
        assertEquals(
                directory + "/ml-100k.inter: a line must be a user's id, a movie's id, a rating of 1 to 5 and a second,"
                        + " 1 are not, such as: [1,11,6.0,8.748001E8]",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> MovieLensImport.run(spark, directory.toString(), directory + "/out"))
                        .getMessage());
    }

    @Test
    void anAbsentFileIsNamed() {
        assertEquals(
                "the MovieLens data must hold ml-100k.inter, there is none in " + directory,
                assertThrows(
                                IllegalArgumentException.class,
                                () -> MovieLensImport.run(spark, directory.toString(), directory + "/out"))
                        .getMessage());
    }

    private String rows(String table, String columns) {
        return WrittenRows.of(directory + "/out", table, columns);
    }
}
