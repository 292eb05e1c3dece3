package io.millrace.serde.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SchemaRegistriesTest {
    @Test
    void confluents_own_names_are_understood() {
        RegistrySettings settings = settings(
                "schema.registry.url=http://a:8081, https://b/base/",
                "basic.auth.credentials.source=USER_INFO",
                "basic.auth.user.info=u:p:w",
                "http.connect.timeout.ms=7",
                "http.read.timeout.ms=8",
                "max.retries=9",
                "retries.wait.ms=10",
                "retries.max.wait.ms=11",
                "group.id=ignored");
        assertThat(settings.urls()).containsExactly(URI.create("http://a:8081"), URI.create("https://b/base/"));
        assertThat(settings.auth()).isEqualTo(new RegistryAuth.Basic("u", "p:w"));
        assertThat(settings.connectTimeout()).isEqualTo(Duration.ofMillis(7));
        assertThat(settings.requestTimeout()).isEqualTo(Duration.ofMillis(8));
        assertThat(settings.maxRetries()).isEqualTo(9);
        assertThat(settings.firstBackoff()).isEqualTo(Duration.ofMillis(10));
        assertThat(settings.maxBackoff()).isEqualTo(Duration.ofMillis(11));
    }

    @Test
    void auth_comes_from_wherever_it_is_given() {
        String url = "schema.registry.url=http://a";
        assertThat(settings(url).auth()).isEqualTo(new RegistryAuth.None());
        assertThat(settings(url, "schema.registry.basic.auth.user.info=u:p").auth())
                .isEqualTo(new RegistryAuth.Basic("u", "p"));
        assertThat(settings(url, "basic.auth.credentials.source=URL").auth()).isEqualTo(new RegistryAuth.None());
        assertThat(settings(url, "bearer.auth.credentials.source=STATIC_TOKEN", "bearer.auth.token=t")
                        .auth())
                .isEqualTo(new RegistryAuth.Bearer("t"));
        assertThat(settings(url, "bearer.auth.token=t").auth()).isEqualTo(new RegistryAuth.Bearer("t"));
    }

    @Test
    void a_client_is_made_without_asking_the_registry() {
        assertThat(SchemaRegistries.fromProperties(Map.of("schema.registry.url", "http://localhost:1")))
                .isInstanceOf(HttpSchemaRegistry.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=b | schema.registry.url is missing",
                "schema.registry.url= , | schema.registry.url is missing",
                "schema.registry.url=http://u:secret@ho st | URL number 1 is not a URL",
                "schema.registry.url=ftp://u:secret@h | must start with http:// or https://",
                "schema.registry.url=http://h;max.retries=x | max.retries must be a whole number",
                "schema.registry.url=http://h;max.retries=1000 | retries must be 0 to 100",
                "schema.registry.url=http://h;http.read.timeout.ms=0 | timeouts must be longer than 0",
                "schema.registry.url=http://h;basic.auth.user.info=secret | must be user:password",
                "schema.registry.url=http://h;basic.auth.credentials.source=USER_INFO | needs basic.auth.user.info",
                "schema.registry.url=http://h;basic.auth.credentials.source=SASL_INHERIT | repeat the SASL user",
                "schema.registry.url=http://h;bearer.auth.credentials.source=OAUTHBEARER | can only be STATIC_TOKEN",
                "schema.registry.url=http://h;bearer.auth.credentials.source=STATIC_TOKEN | needs bearer.auth.token",
                "schema.registry.url=http://h;bearer.auth.token=sec ret secret | characters that no header can hold",
                "schema.registry.url=http://h;bearer.auth.token=secret;basic.auth.user.info=secret | are both given",
            })
    void a_wrong_property_is_named_and_no_credentials_are_shown(String properties, String message) {
        assertThatThrownBy(() -> settings(properties.split(";", -1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("secret");
    }

    private static RegistrySettings settings(String... properties) {
        Map<String, String> map = new HashMap<>();
        for (String property : properties) {
            int equals = property.indexOf('=');
            map.put(property.substring(0, equals), property.substring(equals + 1));
        }
        return SchemaRegistries.settings(map);
    }
}
