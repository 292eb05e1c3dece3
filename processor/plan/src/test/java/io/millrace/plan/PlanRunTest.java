package io.millrace.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** That plans compute what their jobs say: columns that are left out, renamed and moved must not be mixed up. */
final class PlanRunTest {
    private static final String CLICKS = """
            job: shop
            kafka: {bootstrap.servers: b:9092}
            sources:
              clicks:
                topic: clicks
                format: json
                schema:
                  user_id: STRING
                  page: STRING
                  unread: STRING
                  amount: DECIMAL(10, 2)
                  ts: TIMESTAMP
                event.time: ts
            """;

    @Test
    void filters_sets_drops_and_maps() {
        PlanRun run = clicks("""
                steps:
                  - filter: amount >= 2
                  - set: {page: UPPER(page), double_amount: amount + amount}
                  - drop: [unread, ts]
                  - to: all
                  - map: {who: user_id, page: page}
                  - filter: page LIKE '/A%'
                  - to: some
                sinks:
                  all: {topic: all, format: json, key: user_id}
                  some: {topic: some, format: json, key: [page, who]}
                """);

        assertThat(run.written("all"))
                .containsExactly(
                        "u2 -> {\"user_id\":\"u2\",\"page\":\"/A\",\"amount\":2.50,\"double_amount\":5.00}",
                        "u1 -> {\"user_id\":\"u1\",\"page\":\"/B\",\"amount\":4.00,\"double_amount\":8.00}");
        assertThat(run.written("some"))
                .containsExactly("{\"page\":\"/A\",\"who\":\"u2\"} -> {\"who\":\"u2\",\"page\":\"/A\"}");
    }

    @Test
    void a_set_sees_the_row_as_it_was() {
        PlanRun run = clicks("""
                steps:
                  - map: {a: user_id, b: page}
                  - set: {a: b, b: a}
                  - to: out
                sinks:
                  out: {topic: out, format: json}
                """);

        assertThat(run.written("out").get(0)).isEqualTo("{\"a\":\"/a\",\"b\":\"u1\"}");
    }

    @Test
    void aggregates_in_two_phases() {
        PlanRun run = clicks("""
                steps:
                  - aggregate:
                      name: page_1m
                      by: page
                      window: {tumbling: 1m}
                      values:
                        views: COUNT(*)
                        users: COUNT(DISTINCT user_id)
                        spent: SUM(amount)
                        each: SUM(amount) / COUNT(*)
                        large: COUNT(*) FILTER (WHERE amount > 2)
                  - to: out
                sinks:
                  out: {topic: out, format: json, key: [page, window_start]}
                """);

        assertThat(run.written("out"))
                .containsExactlyInAnyOrder(
                        "{\"page\":\"/a\",\"window_start\":\"2026-01-01T00:00:00.000\"} -> "
                                + "{\"page\":\"/a\",\"window_start\":\"2026-01-01T00:00:00.000\","
                                + "\"window_end\":\"2026-01-01T00:01:00.000\",\"views\":2,\"users\":2,\"spent\":4.00,"
                                + "\"each\":2.000000,\"large\":1}",
                        "{\"page\":\"/b\",\"window_start\":\"2026-01-01T00:01:00.000\"} -> "
                                + "{\"page\":\"/b\",\"window_start\":\"2026-01-01T00:01:00.000\","
                                + "\"window_end\":\"2026-01-01T00:02:00.000\",\"views\":1,\"users\":1,\"spent\":4.00,"
                                + "\"each\":4.000000,\"large\":1}");
    }

    @Test
    void running_aggregates_give_updates() {
        PlanRun run = clicks("""
                steps:
                  - map: {amount: amount, who: user_id}
                  - aggregate:
                      name: spent
                      by: who
                      values: {total: SUM(amount)}
                  - to: out
                sinks:
                  out: {topic: out, format: json, key: who}
                """);

        assertThat(run.written("out"))
                .containsExactly(
                        "u1 -> {\"who\":\"u1\",\"total\":1.50}",
                        "u2 -> {\"who\":\"u2\",\"total\":2.50}",
                        "u1 -> {\"who\":\"u1\",\"total\":5.50}");
    }

    @Test
    void a_keyed_stream_is_aggregated_where_it_is() {
        PlanRun run = clicks("""
                steps:
                  - key: user_id
                  - map: {page: page, who: user_id}
                  - aggregate:
                      name: visits
                      by: [page, who]
                      window: {hopping: 2m, every: 1m}
                      values: {n: COUNT(*)}
                  - map: {who: who, page: page, n: n}
                  - to: out
                sinks:
                  out: {topic: out, format: json}
                """);

        assertThat(run.written("out"))
                .containsExactlyInAnyOrder(
                        "{\"who\":\"u1\",\"page\":\"/a\",\"n\":1}",
                        "{\"who\":\"u2\",\"page\":\"/a\",\"n\":1}",
                        "{\"who\":\"u1\",\"page\":\"/a\",\"n\":1}",
                        "{\"who\":\"u2\",\"page\":\"/a\",\"n\":1}",
                        "{\"who\":\"u1\",\"page\":\"/b\",\"n\":1}",
                        "{\"who\":\"u1\",\"page\":\"/b\",\"n\":1}");
    }

    @Test
    void a_route_gives_each_row_to_the_first_branch_that_is_true() {
        PlanRun run = clicks("""
                steps:
                  - map: {page: page, large: "CASE WHEN amount > 3 THEN TRUE WHEN amount > 2 THEN FALSE END"}
                  - route:
                      - {when: large, to: yes_}
                      - {when: NOT large, to: no_}
                      - {else: unknown}
                sinks:
                  yes_: {topic: large, format: json}
                  no_: {topic: small, format: json}
                  unknown: {topic: unknown, format: json}
                """);

        assertThat(run.written("large")).containsExactly("{\"page\":\"/b\",\"large\":true}");
        assertThat(run.written("small")).containsExactly("{\"page\":\"/a\",\"large\":false}");
        assertThat(run.written("unknown")).containsExactly("{\"page\":\"/a\",\"large\":null}");
    }

    @Test
    void the_event_time_may_be_computed() {
        String job = """
                job: shop
                kafka: {bootstrap.servers: b:9092}
                sources:
                  events:
                    topic: events
                    format: json
                    schema: {seconds: BIGINT, unread: STRING, kind: STRING}
                    event.time: seconds * 1000
                steps:
                  - aggregate:
                      name: kinds
                      by: kind
                      window: {tumbling: 1m}
                      values: {n: COUNT(*)}
                  - to: out
                sinks:
                  out: {topic: out, format: json}
                """;

        PlanRun run = new PlanRun(Jobs.plan(job))
                .given("events", 7, "{\"seconds\":61,\"kind\":\"a\"}")
                .run();

        assertThat(run.written("out"))
                .containsExactly("{\"kind\":\"a\",\"window_start\":\"1970-01-01T00:01:00.000Z\","
                        + "\"window_end\":\"1970-01-01T00:02:00.000Z\",\"n\":1}");
    }

    private static PlanRun clicks(String steps) {
        return new PlanRun(Jobs.plan(CLICKS + steps))
                .given("clicks", 1, click("u1", "/a", "1.50", "00:00:01"))
                .given("clicks", 2, click("u2", "/a", "2.50", "00:00:59"))
                .given("clicks", 3, click("u1", "/b", "4.00", "00:01:00"))
                .run();
    }

    private static String click(String user, String page, String amount, String time) {
        return "{\"user_id\":\"" + user + "\",\"page\":\"" + page + "\",\"unread\":\"x\",\"amount\":" + amount
                + ",\"ts\":\"2026-01-01T" + time + "\"}";
    }
}
