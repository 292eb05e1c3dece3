package io.millrace.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.topology.Layout;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the layouts of a job depend on, and what they do not. */
class LayoutsTest {
    private static final String STORE = "shop-totals-changelog";
    private static final String EXCHANGE = "shop-totals-repartition";

    private static final Pattern BY = Pattern.compile("(?:by|key): \\[?(\\w+(?:, product|, region)?)");

    private static final String HEAD = """
            job: shop
            kafka: {bootstrap.servers: localhost}
            sources:
              sales:
                topic: sales
                schema: {product: STRING, region: STRING, units: INT, price: INT, ts: TIMESTAMP_LTZ}
                event.time: ts
            steps:
              - from: sales
            """;

    private static final String TAIL = """
              - to: out
            sinks:
              out: {topic: out, key: [KEY]}
            """;

    private static final String WINDOWED = HEAD + """
              - aggregate:
                  name: totals
                  by: product
                  window: {hopping: 10m, every: 1m}
                  late: {accept: 5m}
                  values: {n: COUNT(*) FILTER (WHERE units > 1), s: SUM(price), d: COUNT(DISTINCT region)}
            """ + TAIL;

    private static final String RUNNING =
            HEAD + "  - aggregate: {name: totals, by: product, values: {s: SUM(price)}}\n" + TAIL;

    private static final String DEDUPE =
            HEAD + "  - dedupe: {name: totals, key: product, within: 1h, keep: first}\n" + TAIL;

    private static final String TOP =
            HEAD + "  - top: {name: totals, by: region, order: price DESC, limit: 3}\n" + TAIL;

    private static final String CUSTOM =
            HEAD + "  - process: {name: totals, class: shop.Splitter, by: product}\n" + TAIL;

    @Test
    void a_layout_tells_all_that_an_aggregates_bytes_depend_on() {
        assertThat(layout(WINDOWED, STORE).text()).isEqualTo("""
                windowed aggregate 1
                key: ROW<product STRING>
                window: hopping 10m every 1m
                time zone: Z
                values: COUNT(*) FILTER (WHERE units > 1), SUM(price), COUNT(DISTINCT region)
                sums: COUNT(*) FILTER BIGINT, SUM(INT) INT, COUNT(DISTINCT STRING) BIGINT
                lateness ms: 300000""");
        assertThat(layout(WINDOWED, EXCHANGE).text()).startsWith("partial sums 1\nkey: ROW<product STRING>\nwindow: ");
    }

    @Test
    void a_changed_aggregate_does_not_fit_its_store() {
        for (String[] change : List.of(
                new String[] {"hopping: 10m", "hopping: 20m"},
                new String[] {"every: 1m", "every: 2m"},
                new String[] {"every: 1m", "every: 1m, offset: 30s"},
                new String[] {"hopping: 10m, every: 1m", "tumbling: 10m"},
                new String[] {"hopping: 10m, every: 1m", "session: 10m"},
                new String[] {"accept: 5m", "accept: 6m"},
                new String[] {"by: product", "by: region"},
                new String[] {"by: product", "by: [product, region]"},
                new String[] {"product: STRING", "product: INT"},
                new String[] {"price: INT", "price: BIGINT"},
                new String[] {"units > 1", "units > 2"},
                new String[] {"s: SUM(price)", "s: SUM(units)"},
                new String[] {"s: SUM(price)", "s: MAX(price)"},
                new String[] {"s: SUM(price)", "s: SUM(DISTINCT price)"},
                new String[] {"s: SUM(price)", "s: SUM(price), m: MIN(price)"},
                new String[] {"s: SUM(price), ", ""},
                new String[] {"job: shop\n", "job: shop\ntime.zone: Europe/Berlin\n"})) {
            assertThat(misfits(WINDOWED, change[0], change[1], STORE))
                    .as(change[1])
                    .isNotEmpty();
        }
        assertThat(misfits(RUNNING, "by: product,", "by: product, emit: final,", STORE))
                .isNotEmpty();
    }

    @Test
    void a_changed_aggregate_does_not_fit_the_partial_sums_on_their_way() {
        assertThat(misfits(WINDOWED, "every: 1m", "every: 2m", EXCHANGE)).isNotEmpty();
        assertThat(misfits(WINDOWED, "s: SUM(price)", "s: SUM(units)", EXCHANGE))
                .isNotEmpty();
        assertThat(misfits(WINDOWED, "by: product", "by: region", EXCHANGE)).isNotEmpty();
        assertThat(misfits(RUNNING, "SUM(price)", "SUM(units)", EXCHANGE)).isNotEmpty();
    }

    @Test
    void what_the_bytes_do_not_depend_on_may_change() {
        for (String[] change : List.of(
                new String[] {"event.time: ts", "event.time: ts\n    watermark: {lag: 7s}"},
                new String[] {"- from: sales", "- from: sales\n  - filter: units > 7"},
                new String[] {"units > 1", "units   >   1"},
                new String[] {"SUM(price)", "sum( price )"},
                new String[] {"s: SUM(price)", "total: SUM(price)"},
                new String[] {"s: SUM(price)", "s: SUM(price) * 2"},
                new String[] {"accept: 5m", "accept: 4m"},
                new String[] {"topic: out", "topic: other"},
                new String[] {"units: INT", "units: INT, more: STRING"},
                new String[] {"job: shop\n", "job: shop\ntime.zone: UTC\n"})) {
            assertThat(misfits(WINDOWED, change[0], change[1], STORE))
                    .as(change[1])
                    .isEmpty();
            assertThat(misfits(WINDOWED, change[0], change[1], EXCHANGE))
                    .as(change[1])
                    .isEmpty();
        }
    }

    @Test
    void a_time_zone_counts_only_where_windows_align_by_it() {
        assertThat(misfits(RUNNING, "job: shop\n", "job: shop\ntime.zone: Europe/Berlin\n", STORE))
                .isEmpty();
    }

    @Test
    void a_changed_dedupe_does_not_fit_its_store() {
        assertThat(misfits(DEDUPE, "within: 1h", "within: 2h", STORE)).isNotEmpty();
        assertThat(misfits(DEDUPE, "key: product", "key: region", STORE)).isNotEmpty();
        assertThat(misfits(DEDUPE, "keep: first", "keep: last", STORE)).isNotEmpty();
    }

    @Test
    void a_changed_top_does_not_fit_its_store() {
        assertThat(misfits(TOP, "limit: 3", "limit: 4", STORE)).isNotEmpty();
        assertThat(misfits(TOP, "price DESC", "price", STORE)).isNotEmpty();
        assertThat(misfits(TOP, "price DESC", "units DESC", STORE)).isNotEmpty();
        assertThat(misfits(TOP, "by: region", "by: product", STORE)).isNotEmpty();
    }

    @Test
    void rows_may_grow_at_their_end_only() {
        for (String job : List.of(DEDUPE, TOP)) {
            for (String topic : List.of(STORE, EXCHANGE)) {
                assertThat(misfits(job, "ts: TIMESTAMP_LTZ", "ts: TIMESTAMP_LTZ, more: STRING", topic))
                        .isEmpty();
                assertThat(misfits(job, "ts: TIMESTAMP_LTZ", "ts: TIMESTAMP_LTZ, more: STRING NOT NULL", topic))
                        .isNotEmpty();
                assertThat(misfits(job, "units: INT", "more: STRING, units: INT", topic))
                        .isNotEmpty();
                assertThat(misfits(job, "units: INT", "units: BIGINT", topic)).isNotEmpty();
                assertThat(misfits(job, "units: INT", "units: INT NOT NULL", topic))
                        .isNotEmpty();
                assertThat(misfits(job, "units: INT", "number: INT", topic)).isNotEmpty();
            }
        }
    }

    @Test
    void custom_code_depends_on_its_class_and_key() {
        Layout layout = layout(CUSTOM, STORE);
        assertThat(layout.text()).isEqualTo("custom code 1\nclass: shop.Splitter\nkey: ROW<product STRING>");
        assertThat(misfits(CUSTOM, "by: product", "by: region", STORE)).isNotEmpty();
        assertThat(misfits(CUSTOM, "units: INT", "units: BIGINT", STORE)).isEmpty();
    }

    /** What tells a result from others, which a sink of updates must have as its key. */
    private static String sinkKey(String job) {
        Matcher by = BY.matcher(job);
        assertThat(by.find()).isTrue();
        String window = job.contains("window:") ? ", window_start, window_end" : job.contains("top:") ? ", rank" : "";
        return job.contains("process:") ? "text" : by.group(1) + window;
    }

    private static List<String> misfits(String job, String from, String to, String topic) {
        assertThat(job).contains(from);
        return layout(job.replace(from, to), topic).misfits(layout(job, topic));
    }

    private static Layout layout(String job, String topic) {
        Map<String, Layout> layouts =
                Jobs.plan(job.replace("KEY", sinkKey(job))).topology().layouts();
        Layout layout = Objects.requireNonNull(layouts.get(topic));
        assertThat(Layout.parse(layout.text())).isEqualTo(layout);
        return layout;
    }
}
