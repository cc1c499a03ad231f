package io.pushrank.jobs.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What looks like a credential is masked, and nothing else is. */
class SecretsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            s3a://AKIA:wJalr@bucket/in is missing                | s3a://***@bucket/in is missing
            hdfs://user@host:8020/in                             | hdfs://user@host:8020/in
            abfss://container@account.dfs.core.windows.net/in    | abfss://container@account.dfs.core.windows.net/in
            https://host/in?sv=1&sig=c2ln&se=2                   | https://host/in?sv=1&sig=***&se=2
            --set store.password=hunter2: unknown key store      | --set store.password=*** unknown key store
            fs.s3a.secret.key=wJalr, fs.s3a.access.key: AKIA     | fs.s3a.secret.key=***, fs.s3a.access.key: ***
            {"token" : "abc def", "rows" : 5}                    | {"token" : "***", "rows" : 5}
            db_password: 'p w'                                   | db_password: '***'
            fs.azure.account.key.host.net=c2ln                   | fs.azure.account.key.host.net=***
            key [user_id] must be unique, but 2 rows have 1 keys | key [user_id] must be unique, but 2 rows have 1 keys
            heavy_rank.batch_rows: tokens=5 and passes: 3        | heavy_rank.batch_rows: tokens=5 and passes: 3
            input table users, file /in/users/part-0.parquet     | input table users, file /in/users/part-0.parquet
            """)
    void credentialsInATextAreMasked(String text, String masked) {
        assertEquals(masked, Secrets.masked(text));
    }

    @Test
    void aSettingWhoseKeyNamesACredentialIsMaskedWhole() {
        assertEquals("***", Secrets.masked("spark.hadoop.fs.s3a.secret.key", "wJalr"));
        assertEquals("***", Secrets.masked("STORE_TOKEN", "a b"));
        assertEquals("512", Secrets.masked("heavy_rank.batch_rows", "512"));
        assertEquals("s3a://***@bucket", Secrets.masked("spark.pushrank.models", "s3a://a:b@bucket"));
    }
}
