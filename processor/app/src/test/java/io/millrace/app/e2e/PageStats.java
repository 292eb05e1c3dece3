package io.millrace.app.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.local.Click;
import io.millrace.local.Clicks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The job under test, and an oracle that computes its results in one pass over the same clicks. */
final class PageStats {
    static final String SOURCE = "clicks";
    static final String SINK = "page.stats.1m";
    static final String DEAD_LETTERS = "page.dlq";
    static final long MINUTE_MS = 60_000;

    /** Small fetches keep a run slow enough for a kill to hit the middle of it; short time-outs keep the tests short. */
    static final String JOB = """
            job: page-stats
            kafka:
              bootstrap.servers: ${KAFKA}
              consumer.session.timeout.ms: ${SESSION:-6000}
              consumer.heartbeat.interval.ms: 1000
              consumer.max.poll.records: ${POLL:-4000}
              producer.transaction.timeout.ms: 10000
            sources:
              clicks:
                topic: clicks
                schema: {user_id: STRING, page: STRING, ts: TIMESTAMP_LTZ, ms: INT, is_bot: BOOLEAN}
                event.time: ts
                watermark: {lag: 5s}
            steps:
              - from: clicks
              - filter: NOT is_bot
              - aggregate:
                  name: page_1m
                  by: page
                  window: {tumbling: 1m}
                  values:
                    views: COUNT(*)
                    users: COUNT(DISTINCT user_id)
                    avg_ms: AVG(ms)
                    slow: COUNT(*) FILTER (WHERE ms > 500)
              - to: stats
            sinks:
              stats: {topic: page.stats.1m, key: [page, window_start]}
            errors: ${ERRORS_SECTION}
            runtime:
              workers: 2
              checkpoint.interval: 100ms
              standbys: ${STANDBYS:-0}
              state: {dir: '${STATE}', memory: 64MB}
              admin: {listen: '127.0.0.1:${ADMIN:-0}'}
            """;

    /** The job without a dead-letter topic, or with one. */
    static String job(boolean tolerateErrors) {
        String errors = tolerateErrors
                ? "{tolerance: all, deadletterqueue.topic.name: " + DEAD_LETTERS + "}"
                : "{tolerance: none}";
        return JOB.replace("${ERRORS_SECTION}", errors);
    }

    private PageStats() {}

    /** The values of all records that the job must write for the first {@code count} clicks, in no particular order. */
    static List<String> expected(Clicks clicks, long count) {
        Map<String, Map<Long, Group>> groups = new HashMap<>();
        for (long index = 0; index < count; index++) {
            Click click = clicks.at(index);
            if (!click.bot()) {
                long start = Math.floorDiv(click.tsMs(), MINUTE_MS) * MINUTE_MS;
                groups.computeIfAbsent(click.page(), page -> new HashMap<>())
                        .computeIfAbsent(start, window -> new Group())
                        .add(click);
            }
        }
        List<String> values = new ArrayList<>();
        groups.forEach((page, windows) -> windows.forEach((start, group) -> values.add(group.json(page, start))));
        return values;
    }

    static List<String> values(Collection<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream().map(record -> new String(record.value(), UTF_8)).toList();
    }

    private static final class Group {
        private final Set<String> users = new HashSet<>();
        private long views;
        private long sumMs;
        private long slow;

        void add(Click click) {
            views++;
            users.add(click.userId());
            sumMs += click.latencyMs();
            slow += click.latencyMs() > 500 ? 1 : 0;
        }

        String json(String page, long startMs) {
            return "{\"page\":\"" + page + "\",\"window_start\":\"" + instant(startMs) + "\",\"window_end\":\""
                    + instant(startMs + MINUTE_MS) + "\",\"views\":" + views + ",\"users\":" + users.size()
                    + ",\"avg_ms\":"
                    + sumMs / views + ",\"slow\":" + slow + "}";
        }

        private static String instant(long ms) {
            String text = Instant.ofEpochMilli(ms).toString();
            return text.contains(".") ? text : text.replace("Z", ".000Z");
        }
    }
}
