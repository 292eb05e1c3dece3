package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ClicksTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private final Clicks clicks = Clicks.of(42, START, 1000);

    @Test
    void a_click_follows_from_the_seed_and_the_index_alone() {
        Click first = clicks.at(7_654_321);
        clicks.at(3);
        assertThat(Clicks.of(42, START, 1000).at(7_654_321)).isEqualTo(first);
        assertThat(Clicks.of(43, START, 1000).at(7_654_321)).isNotEqualTo(first);
    }

    @Test
    void json_holds_every_field_with_the_time_in_iso_8601() {
        Click click = new Click(1, "u7", "/item-3", 1_767_225_599_007L, 12, false, null, "/Shop/item-3", "DE", false);
        assertThat(new String(click.json(), StandardCharsets.UTF_8))
                .isEqualTo("{\"user_id\":\"u7\",\"page\":\"/item-3\",\"ts\":\"2025-12-31T23:59:59.007Z\",\"ms\":12,"
                        + "\"is_bot\":false,\"referrer\":null,\"path\":\"/Shop/item-3\",\"country\":\"DE\"}");
    }

    @Test
    void event_time_advances_at_the_given_rate_and_stays_within_the_bound_of_disorder() {
        long maxMs = Long.MIN_VALUE;
        for (long index = 0; index < 20_000; index++) {
            Click click = clicks.at(index);
            maxMs = Math.max(maxMs, click.tsMs());
            assertThat(click.tsMs()).as("click %d", index).isGreaterThan(maxMs - 5000);
            assertThat(click.tsMs()).as("click %d", index).isLessThanOrEqualTo(clicks.lineMs(index));
        }
        assertThat(clicks.lineMs(20_000)).isEqualTo(START.plusSeconds(20).toEpochMilli());
    }

    @Test
    void one_in_so_many_lies_beyond_the_bound() {
        Clicks withLate = clicks.withLate(100, Duration.ofHours(1));
        int late = 0;
        for (long index = 0; index < 1000; index++) {
            Click click = withLate.at(index);
            late += click.late() ? 1 : 0;
            long behindMs = withLate.lineMs(index) - click.tsMs();
            assertThat(behindMs >= 3_600_000).as("click %d", index).isEqualTo(click.late());
        }
        assertThat(late).isEqualTo(10);
    }

    @Test
    void few_pages_get_most_clicks_and_every_page_gets_some() {
        Map<String, Integer> counts = new HashMap<>();
        int slow = 0;
        for (long index = 0; index < 50_000; index++) {
            Click click = clicks.at(index);
            counts.merge(click.page(), 1, Integer::sum);
            slow += click.latencyMs() > 500 ? 1 : 0;
        }
        assertThat(counts).hasSizeBetween(45, 50);
        assertThat(counts.getOrDefault("/item-1", 0)).isGreaterThan(10 * counts.getOrDefault("/item-40", 0));
        assertThat(slow).isBetween(5_000, 20_000);
    }

    @Test
    void refuses_a_rate_of_nothing() {
        assertThatThrownBy(() -> Clicks.of(1, START, 0)).hasMessageContaining("perSecond");
    }
}
