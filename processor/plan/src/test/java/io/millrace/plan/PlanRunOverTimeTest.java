package io.millrace.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** That plans with windows, unions, rankings and late rows compute what their jobs say. */
final class PlanRunOverTimeTest {
    private static final String VIEWS = """
            kafka: {bootstrap.servers: b:9092}
            sources:
              views:
                topic: views
                schema: {user: STRING, page: STRING, n: INT, at: TIMESTAMP_LTZ}
                event.time: at
            """;

    @Test
    void windows_of_days_go_by_the_job_s_zone() {
        String job = "job: days\ntime.zone: Europe/Berlin\n" + VIEWS + """
                steps:
                  - aggregate:
                      name: page_day
                      by: page
                      window: {tumbling: 1d}
                      values: {n: SUM(n), nights: COUNT(*) FILTER (WHERE EXTRACT(HOUR FROM at) < 4)}
                  - map: {page: page, starts: window_start, ends: CAST(window_end AS TIMESTAMP), n: n, nights: nights}
                  - to: out
                sinks:
                  out: {topic: out}
                """;

        // Clocks are put forward in the night to the 29th of March, and back in the night to the 25th of October.
        PlanRun run = new PlanRun(Jobs.plan(job))
                .given("views", 0, view("u1", "/a", 1, "2026-03-28T22:59:59.999Z"))
                .given("views", 0, view("u1", "/a", 2, "2026-03-28T23:00:00Z"))
                .given("views", 0, view("u1", "/a", 4, "2026-03-29T21:59:59.999Z"))
                .given("views", 0, view("u1", "/a", 8, "2026-03-29T22:00:00Z"))
                .given("views", 0, view("u1", "/b", 16, "2026-10-24T22:00:00Z"))
                .given("views", 0, view("u1", "/b", 32, "2026-10-25T01:30:00Z"))
                .given("views", 0, view("u1", "/b", 64, "2026-10-25T22:59:59Z"))
                .run();

        assertThat(run.written("out"))
                .containsExactly(
                        "{\"page\":\"/a\",\"starts\":\"2026-03-27T23:00:00.000Z\",\"ends\":\"2026-03-29T00:00:00.000\","
                                + "\"n\":1,\"nights\":0}",
                        "{\"page\":\"/a\",\"starts\":\"2026-03-28T23:00:00.000Z\",\"ends\":\"2026-03-30T00:00:00.000\","
                                + "\"n\":6,\"nights\":1}",
                        "{\"page\":\"/a\",\"starts\":\"2026-03-29T22:00:00.000Z\",\"ends\":\"2026-03-31T00:00:00.000\","
                                + "\"n\":8,\"nights\":1}",
                        "{\"page\":\"/b\",\"starts\":\"2026-10-24T22:00:00.000Z\",\"ends\":\"2026-10-26T00:00:00.000\","
                                + "\"n\":112,\"nights\":2}");
    }

    @Test
    void cumulating_windows_grow_from_one_start() {
        PlanRun run = views("""
                steps:
                  - aggregate:
                      name: page_10m
                      by: page
                      window: {cumulating: 3m, every: 1m}
                      values: {n: SUM(n)}
                  - map: {page: page, from: "EXTRACT(MINUTE FROM window_start)", to: "EXTRACT(MINUTE FROM window_end)", n: n}
                  - to: out
                sinks:
                  out: {topic: out}
                """)
                .given("views", 0, view("u1", "/a", 1, "2026-01-01T00:00:10Z"))
                .given("views", 0, view("u1", "/a", 2, "2026-01-01T00:02:10Z"))
                .given("views", 0, view("u1", "/a", 4, "2026-01-01T00:03:10Z"))
                .run();

        assertThat(run.written("out"))
                .containsExactly(
                        "{\"page\":\"/a\",\"from\":0,\"to\":1,\"n\":1}",
                        "{\"page\":\"/a\",\"from\":0,\"to\":2,\"n\":1}",
                        "{\"page\":\"/a\",\"from\":0,\"to\":3,\"n\":3}",
                        "{\"page\":\"/a\",\"from\":3,\"to\":4,\"n\":4}",
                        "{\"page\":\"/a\",\"from\":3,\"to\":5,\"n\":4}",
                        "{\"page\":\"/a\",\"from\":3,\"to\":6,\"n\":4}");
    }

    @Test
    void a_session_that_grows_after_its_end_takes_its_result_back() {
        PlanRun run = views("""
                steps:
                  - aggregate:
                      name: visits
                      by: user
                      window: {session: 1m}
                      values: {n: SUM(n)}
                      late: {accept: 10m}
                  - map: {user: user, starts: CAST(window_start AS STRING), window_end: window_end, n: n}
                  - map: {user: user, window_end: window_end, n: n}
                  - to: out
                sinks:
                  out: {topic: out, key: [user, window_end]}
                """)
                .checkpointingEachRecord()
                .given("views", 0, view("u1", "/a", 1, "2026-01-01T00:00:00Z"))
                .given("views", 0, view("u2", "/a", 8, "2026-01-01T00:05:00Z"))
                .given("views", 0, view("u1", "/a", 2, "2026-01-01T00:00:30Z"))
                .run();

        assertThat(run.written("out"))
                .containsExactly(
                        session("u1", "00:01:00", 1),
                        "{\"user\":\"u1\",\"window_end\":\"2026-01-01T00:01:00.000Z\"} -> (deleted)",
                        session("u1", "00:01:30", 3),
                        session("u2", "00:06:00", 8));
        assertThat(run.headers("out", "millrace.result")).contains("final", "corrected");
    }

    private static String session(String user, String end, int n) {
        String key = "\"user\":\"" + user + "\",\"window_end\":\"2026-01-01T" + end + ".000Z\"";
        return "{" + key + "} -> {" + key + ",\"n\":" + n + "}";
    }

    @Test
    void a_late_record_is_passed_on_as_it_was_read() {
        String late = view("u1", "/a", 16, "2026-01-01T00:00:05Z");
        PlanRun run = views("""
                steps:
                  - filter: n > 0
                  - key: user
                  - aggregate:
                      name: page_1m
                      by: page
                      window: {tumbling: 1m}
                      values: {n: SUM(n)}
                      late: {accept: 1m, then: too_late}
                  - map: {page: page, window_start: window_start, n: n}
                  - to: out
                sinks:
                  out: {topic: out, key: [page, window_start]}
                  too_late: {topic: late}
                """)
                .checkpointingEachRecord()
                .given("views", 0, view("u1", "/a", 1, "2026-01-01T00:00:01Z"))
                .given("views", 0, view("u1", "/a", 2, "2026-01-01T00:01:30Z"))
                .given("views", 0, view("u1", "/a", 4, "2026-01-01T00:00:02Z"))
                .given("views", 0, view("u1", "/a", 8, "2026-01-01T00:02:30Z"))
                .given("views", 0, late)
                .run();

        assertThat(run.written("out"))
                .containsExactly(page("00:00:00", 1), page("00:00:00", 5), page("00:01:00", 2), page("00:02:00", 8));
        assertThat(run.headers("out", "millrace.result")).containsExactly("final", "corrected", "final", "final");
        assertThat(run.written("late")).containsExactly(late);
        assertThat(run.headers("late", "millrace.late.topic")).containsExactly("views");
        assertThat(run.headers("late", "millrace.late.step")).containsExactly("page_1m");
    }

    private static String page(String start, int n) {
        String key = "\"page\":\"/a\",\"window_start\":\"2026-01-01T" + start + ".000Z\"";
        return "{" + key + "} -> {" + key + ",\"n\":" + n + "}";
    }

    @Test
    void results_of_open_windows_say_that_they_are_early() {
        PlanRun run = views("""
                steps:
                  - aggregate:
                      name: page_1m
                      by: page
                      window: {tumbling: 1m}
                      values: {n: SUM(n)}
                      emit: updates
                  - map: {page: page, window_start: window_start, n: n}
                  - to: out
                sinks:
                  out: {topic: out, key: [page, window_start]}
                """)
                .given("views", 0, view("u1", "/a", 1, "2026-01-01T00:00:01Z"))
                .given("views", 0, view("u1", "/a", 2, "2026-01-01T00:00:02Z"))
                .run();

        assertThat(run.written("out").get(0)).isEqualTo(page("00:00:00", 1));
        assertThat(run.written("out").get(1)).isEqualTo(page("00:00:00", 3));
        assertThat(run.headers("out", "millrace.result")).containsExactly("early", "early", "final");
    }

    @Test
    void early_results_come_by_the_wall_clock() {
        PlanRun run = views("""
                steps:
                  - aggregate:
                      name: page_1m
                      by: page
                      window: {tumbling: 1m}
                      values: {n: SUM(n)}
                      emit: {early: 3s}
                  - map: {page: page, window_start: window_start, n: n}
                  - to: out
                sinks:
                  out: {topic: out, key: [page, window_start]}
                """)
                .checkpointingEachRecord()
                .given("views", 0, view("u1", "/a", 1, "2026-01-01T00:00:01Z"))
                .given("views", 0, view("u1", "/a", 2, "2026-01-01T00:00:02Z"))
                .given("views", 0, view("u1", "/a", 4, "2026-01-01T00:00:03Z"))
                .given("views", 0, view("u1", "/a", 8, "2026-01-01T00:00:04Z"))
                .run();

        assertThat(run.headers("out", "millrace.result")).startsWith("early").endsWith("final");
        assertThat(run.written("out")).endsWith(page("00:00:00", 15)).hasSizeLessThan(5);
    }

    @Test
    void without_a_window_final_results_come_at_the_end() {
        PlanRun run = views("""
                steps:
                  - aggregate: {name: totals, by: page, values: {n: SUM(n)}, emit: final}
                  - to: out
                sinks:
                  out: {topic: out}
                """)
                .given("views", 0, view("u1", "/a", 1, "2026-01-01T00:00:01Z"))
                .given("views", 0, view("u1", "/a", 2, "2026-01-01T00:00:02Z"))
                .run();

        assertThat(run.written("out")).containsExactly("{\"page\":\"/a\",\"n\":3}");
        assertThat(run.headers("out", "millrace.result")).containsOnlyNulls();
    }

    @Test
    void a_union_holds_the_rows_of_all_its_streams() {
        String job = """
                job: both
                kafka: {bootstrap.servers: b:9092}
                sources:
                  web: {topic: web, schema: {id: INT, page: STRING, at: TIMESTAMP_LTZ}, event.time: at}
                  app: {topic: app, schema: {at: TIMESTAMP_LTZ, screen: STRING, number: INT}, event.time: at}
                steps:
                  - from: app
                  - map: {at: at, page: screen, id: number}
                  - as: screens
                  - union: [web, screens]
                  - filter: id > 0
                  - as: both
                  - to: all
                  - aggregate: {name: page_1m, by: page, window: {tumbling: 1m}, values: {n: COUNT(*), ids: SUM(id)}}
                  - map: {page: page, n: n, ids: ids}
                  - to: counts
                  - from: both
                  - dedupe: {name: pages, key: page, within: 1h}
                  - map: {page: page, id: id}
                  - to: first
                sinks:
                  all: {topic: all}
                  counts: {topic: counts}
                  first: {topic: first}
                """;

        PlanRun run = new PlanRun(Jobs.plan(job))
                .given("web", 0, "{\"id\":1,\"page\":\"/a\",\"at\":\"2026-01-01T00:00:03Z\"}")
                .given("web", 0, "{\"id\":0,\"page\":\"/a\",\"at\":\"2026-01-01T00:00:04Z\"}")
                .given("app", 0, "{\"number\":2,\"screen\":\"/a\",\"at\":\"2026-01-01T00:00:02Z\"}")
                .given("app", 0, "{\"number\":4,\"screen\":\"/b\",\"at\":\"2026-01-01T00:00:05Z\"}")
                .run();

        assertThat(run.written("all"))
                .containsExactlyInAnyOrder(
                        "{\"id\":1,\"page\":\"/a\",\"at\":\"2026-01-01T00:00:03.000Z\"}",
                        "{\"id\":2,\"page\":\"/a\",\"at\":\"2026-01-01T00:00:02.000Z\"}",
                        "{\"id\":4,\"page\":\"/b\",\"at\":\"2026-01-01T00:00:05.000Z\"}");
        assertThat(run.written("counts"))
                .containsExactlyInAnyOrder(
                        "{\"page\":\"/a\",\"n\":2,\"ids\":3}", "{\"page\":\"/b\",\"n\":1,\"ids\":4}");
        assertThat(run.written("first"))
                .containsExactlyInAnyOrder("{\"page\":\"/a\",\"id\":2}", "{\"page\":\"/b\",\"id\":4}");
    }

    @Test
    void a_union_of_branches_of_a_keyed_stream_stays_where_it_is() {
        PlanRun run = views("""
                steps:
                  - key: user
                  - route:
                      - {when: n > 10, to: many}
                      - {else: few}
                  - from: many
                  - set: {n: 10}
                  - as: capped
                  - union: [few, capped]
                  - aggregate: {name: totals, by: user, values: {n: SUM(n)}, emit: final}
                  - to: out
                sinks:
                  out: {topic: out}
                """)
                .given("views", 0, view("u1", "/a", 3, "2026-01-01T00:00:01Z"))
                .given("views", 0, view("u1", "/a", 20, "2026-01-01T00:00:02Z"))
                .run();

        assertThat(run.written("out")).containsExactly("{\"user\":\"u1\",\"n\":13}");
    }

    @Test
    void each_element_of_an_array_becomes_a_row() {
        PlanRun run = views("""
                steps:
                  - set: {words: "SPLIT(page, '/')"}
                  - map: {n: n, word: words}
                  - flatten: word
                  - filter: word <> ''
                  - aggregate: {name: words, by: word, values: {n: SUM(n)}, emit: final}
                  - to: out
                sinks:
                  out: {topic: out}
                """)
                .given("views", 0, view("u1", "/a/b", 1, "2026-01-01T00:00:01Z"))
                .given("views", 0, view("u1", "/b/c", 2, "2026-01-01T00:00:02Z"))
                .run();

        assertThat(run.written("out"))
                .containsExactlyInAnyOrder(
                        "{\"word\":\"a\",\"n\":1}", "{\"word\":\"b\",\"n\":3}", "{\"word\":\"c\",\"n\":2}");
    }

    @Test
    void dedupe_keeps_the_first_or_the_last_row_of_a_key() {
        PlanRun run = views("""
                steps:
                  - as: all
                  - dedupe: {name: once, key: [page, user], within: 1m}
                  - map: {n: n}
                  - to: first
                  - from: all
                  - dedupe: {name: latest, key: user, within: 1h, keep: last}
                  - map: {n: n, user: user}
                  - to: last
                sinks:
                  first: {topic: first}
                  last: {topic: last, key: user}
                """)
                .given("views", 0, view("u1", "/a", 2, "2026-01-01T00:00:30Z"))
                .given("views", 0, view("u1", "/a", 1, "2026-01-01T00:00:00Z"))
                .given("views", 0, view("u1", "/b", 3, "2026-01-01T00:00:40Z"))
                .given("views", 0, view("u1", "/a", 4, "2026-01-01T00:01:00Z"))
                .run();

        assertThat(run.written("first")).containsExactly("{\"n\":1}", "{\"n\":3}", "{\"n\":4}");
        assertThat(run.written("last"))
                .containsExactly(
                        "u1 -> {\"n\":2,\"user\":\"u1\"}",
                        "u1 -> {\"n\":3,\"user\":\"u1\"}",
                        "u1 -> {\"n\":4,\"user\":\"u1\"}");
    }

    @Test
    void top_ranks_rows_of_a_window_when_it_closes() {
        PlanRun run = views("""
                steps:
                  - top: {name: best, by: page, order: "n DESC NULLS LAST, user", limit: 2, window: {tumbling: 1m}}
                  - map: {rank: rank, page: page, user: user, minute: EXTRACT(MINUTE FROM window_end)}
                  - to: out
                sinks:
                  out: {topic: out}
                """)
                .given("views", 0, view("u3", "/a", 5, "2026-01-01T00:00:01Z"))
                .given("views", 0, view("u2", "/a", 5, "2026-01-01T00:00:02Z"))
                .given("views", 0, view("u1", "/a", 7, "2026-01-01T00:00:03Z"))
                .given("views", 0, view("u1", "/a", 1, "2026-01-01T00:01:03Z"))
                .run();

        assertThat(run.written("out"))
                .containsExactly(
                        "{\"rank\":1,\"page\":\"/a\",\"user\":\"u1\",\"minute\":1}",
                        "{\"rank\":2,\"page\":\"/a\",\"user\":\"u2\",\"minute\":1}",
                        "{\"rank\":1,\"page\":\"/a\",\"user\":\"u1\",\"minute\":2}");
    }

    @Test
    void top_ranks_the_results_of_a_window_once() {
        PlanRun run = views("""
                steps:
                  - aggregate: {name: page_1m, by: page, window: {tumbling: 1m}, values: {n: SUM(n)}}
                  - map: {n: n, page: page, ends: window_end}
                  - top: {name: best, by: ends, order: n DESC, limit: 1}
                  - map: {page: page, n: n, rank: rank}
                  - to: out
                sinks:
                  out: {topic: out}
                """)
                .given("views", 0, view("u1", "/a", 5, "2026-01-01T00:00:01Z"))
                .given("views", 0, view("u1", "/b", 3, "2026-01-01T00:00:02Z"))
                .given("views", 0, view("u1", "/b", 3, "2026-01-01T00:00:03Z"))
                .given("views", 0, view("u1", "/a", 1, "2026-01-01T00:01:03Z"))
                .run();

        assertThat(run.written("out"))
                .containsExactly("{\"page\":\"/b\",\"n\":6,\"rank\":1}", "{\"page\":\"/a\",\"n\":1,\"rank\":1}");
    }

    @Test
    void top_follows_the_updates_that_it_ranks() {
        PlanRun run = views("""
                steps:
                  - aggregate: {name: totals, by: page, values: {n: SUM(n)}}
                  - top: {name: best, order: n DESC, limit: 1}
                  - map: {rank: rank, page: page, n: n}
                  - to: out
                sinks:
                  out: {topic: out, key: rank}
                """)
                .given("views", 0, view("u1", "/a", 5, "2026-01-01T00:00:01Z"))
                .given("views", 0, view("u1", "/b", 3, "2026-01-01T00:00:02Z"))
                .given("views", 0, view("u1", "/b", 3, "2026-01-01T00:00:03Z"))
                .given("views", 0, view("u1", "/b", -5, "2026-01-01T00:00:04Z"))
                .run();

        assertThat(run.written("out"))
                .containsExactly(
                        "1 -> {\"rank\":1,\"page\":\"/a\",\"n\":5}",
                        "1 -> {\"rank\":1,\"page\":\"/b\",\"n\":6}",
                        "1 -> {\"rank\":1,\"page\":\"/a\",\"n\":5}");
    }

    @Test
    void side_outputs_of_custom_code_are_streams_and_sinks() {
        PlanRun run = views("""
                steps:
                  - map: {page: page}
                  - process: {name: split, class: shop.Splitter, outputs: {long: long_ones}}
                  - to: out
                  - from: long_ones
                  - filter: length > 4
                  - to: out_long
                sinks:
                  out: {topic: out}
                  out_long: {topic: long}
                """)
                .given("views", 0, view("u1", "/a", 1, "2026-01-01T00:00:01Z"))
                .given("views", 0, view("u1", "/abc", 1, "2026-01-01T00:00:02Z"))
                .given("views", 0, view("u1", "/abcd", 1, "2026-01-01T00:00:03Z"))
                .run();

        assertThat(run.written("out")).containsExactly("{\"text\":\"/a\"}");
        assertThat(run.written("long")).containsExactly("{\"text\":\"/abcd\",\"length\":5}");
    }

    private static PlanRun views(String steps) {
        return new PlanRun(Jobs.plan("job: shop\n" + VIEWS + steps));
    }

    private static String view(String user, String page, int n, String at) {
        return "{\"user\":\"" + user + "\",\"page\":\"" + page + "\",\"n\":" + n + ",\"at\":\"" + at + "\"}";
    }
}
