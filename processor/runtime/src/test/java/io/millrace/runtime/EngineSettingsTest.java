package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class EngineSettingsTest {
    private static final Map<String, Object> LIMITS =
            Map.of("default.api.timeout.ms", 5_000, "request.timeout.ms", 5_000);

    @Test
    void an_admin_client_gives_up_soon_unless_the_job_has_limits_for_it() {
        assertThat(EngineSettings.admin(Map.of())).isEqualTo(LIMITS);
        assertThat(EngineSettings.admin(Map.of("request.timeout.ms", "1"))).isEmpty();
        assertThat(EngineSettings.admin(Map.of("admin.request.timeout.ms", "1")))
                .isEmpty();
        assertThat(EngineSettings.admin(Map.of("admin.default.api.timeout.ms", "1")))
                .isEmpty();
    }

    @Test
    void limits_of_other_clients_are_not_those_of_the_admin_client() {
        assertThat(EngineSettings.admin(
                        Map.of("producer.request.timeout.ms", "1", "consumer.default.api.timeout.ms", "1")))
                .isEqualTo(LIMITS);
    }
}
