package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssl.key.password",
                "SSL_KEYSTORE_PASSWORD",
                "sasl.jaas.config",
                "producer.sasl.jaas.config",
                "basic.auth.user.info",
                "schema.registry.basic.auth.user.info",
                "basic-auth-user-info",
                "bearer.auth.token",
                "sasl.oauthbearer.client.credentials.client.secret",
                "ssl.keystore.key",
                "aws.secret.access.key"
            })
    void keys_of_secrets_look_secret(String key) {
        assertThat(Secrets.looksSecret(key)).isTrue();
        assertThat(Secrets.shown(key, "hunter2")).isEqualTo(Secrets.HIDDEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bootstrap.servers",
                "sasl.mechanism",
                "ssl.keystore.location",
                "schema.registry.url",
                "client.id"
            })
    void other_keys_do_not(String key) {
        assertThat(Secrets.looksSecret(key)).isFalse();
        assertThat(Secrets.shown(key, "visible")).isEqualTo("visible");
    }

    @Test
    void properties_are_a_map_that_prints_no_secret() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("client.id", "a");
        values.put("ssl.key.password", "hunter2");
        values.put("from.a.file", "hunter3");
        Map<String, String> properties = new KafkaProperties(values, Set.of("from.a.file"));
        assertThat(properties).isEqualTo(values).containsEntry("ssl.key.password", "hunter2");
        assertThat(properties).hasToString("{client.id=a, ssl.key.password=(secret), from.a.file=(secret)}");
        assertThat(properties.entrySet()).hasToString("[client.id=a, ssl.key.password=(secret), from.a.file=(secret)]");
    }

    @Test
    void a_secret_text_does_not_print_itself() {
        String yaml = Example.right("smallest.yaml").replace("topic: copies", "topic: \"${file:/run/secrets/jaas}\"");
        JobException e = catchThrowableOfType(JobException.class, () -> Example.job(yaml));
        assertThat(e.render()).contains("'topic' cannot be '(secret)'").doesNotContain("hunter2");
    }
}
