package io.millrace.app.dev;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.Topics;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace dev} as a process, whose keys start and kill further processes. */
final class DevRecoveryIT {
    private static final String TALLY =
            ": in ([0-9,]+)  counted ([0-9,]+)  duplicates ([0-9,]+)  lost ([0-9,]+) \\(clicks of the windows until"
                    + " ([^;]+); no committed offset ever went back\\)";

    @TempDir
    private Path directory;

    @Test
    void a_killed_instance_loses_no_click_and_counts_none_twice() throws Exception {
        try (DevProcess dev = DevProcess.start(directory)) {
            String broker = dev.await("broker at (\\S+) ").group(1);
            dev.await("keys: \\+ starts");
            dev.press('+');
            dev.await("\\+: instance 2 starts as process ([0-9]+)");
            assertThat(Integer.parseInt(dev.await("\\+: ([0-9]+) of 8 tasks moved; every task commits again")
                            .group(1)))
                    .isPositive();
            dev.await("\\+" + TALLY);

            dev.press('k');
            String killed = dev.await(
                            "k: instance 2 \\(process ([0-9]+)\\) is dead by SIGKILL; transactions it left open: [0-9],"
                                    + " tasks without an owner that works: [1-9] of 8")
                    .group(1);
            assertThat(ProcessHandle.of(Long.parseLong(killed))).isEmpty();
            Matcher moved = dev.await("k: ([0-9]+) of 8 tasks moved; every task commits again after ([0-9.]+) s");
            assertThat(Integer.parseInt(moved.group(1))).isPositive();
            dev.await("until the group gave it up \\(session.timeout.ms is 5000\\)");
            Matcher tally = dev.await("k" + TALLY);
            assertThat(tally.group(3)).as(dev.shown()).isEqualTo("0");
            assertThat(tally.group(4)).as(dev.shown()).isEqualTo("0");
            Instant until = Instant.parse(tally.group(5));
            assertThat(number(tally.group(1))).isPositive().isEqualTo(clicks(broker, until));
            assertThat(number(tally.group(2))).isEqualTo(views(broker, until));

            dev.forget();
            dev.press('+');
            dev.await("\\+: instance 2 starts as process");
            dev.await("\\+: .*instance 2 has [1-9] tasks");
            dev.await("\\+" + TALLY);
            dev.terminate();
            dev.await("counted [0-9,]+ clicks in [0-9]+ windows: all exact");
            assertThat(dev.exitCode()).as(dev.shown()).isZero();
        }
    }

    @Test
    void a_further_instance_ends_when_the_session_is_killed() throws Exception {
        try (DevProcess dev = DevProcess.start(directory)) {
            dev.await("keys: \\+ starts");
            dev.press('+');
            long child = Long.parseLong(
                    dev.await("\\+: instance 2 starts as process ([0-9]+)").group(1));
            dev.await("\\+: instance 1 has [0-9] tasks, instance 2 has");
            ProcessHandle process = ProcessHandle.of(child).orElseThrow();
            dev.kill();
            DevProcess.until(() -> !process.isAlive(), () -> "process " + child + " is alive without its session");
        }
    }

    /** What counts: by the generator's rule for late clicks, which {@link ExactCheck} does not know. */
    private static long clicks(String broker, Instant until) {
        long[] count = new long[1];
        Topics.forEachCommitted(broker, Sample.TOPIC, click -> {
            String json = new String(click.value(), UTF_8);
            long index = click.offset() * Sample.PARTITIONS + click.partition();
            boolean late = index % 5_000 == 4_999;
            if (!late
                    && json.contains("\"is_bot\":false")
                    && instant(json, "ts").isBefore(until)) {
                count[0]++;
            }
        });
        return count[0];
    }

    /** What the results of these windows add up to; none of them may be there twice. */
    private static long views(String broker, Instant until) {
        long sum = 0;
        Set<String> seen = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> result : Topics.readCommitted(broker, "page.stats.1m")) {
            String json = new String(result.value(), UTF_8);
            assertThat(seen.add(new String(result.key(), UTF_8))).as(json).isTrue();
            Instant start = instant(json, "window_start");
            if (!start.isBefore(Instant.parse("2026-01-01T00:00:00Z")) && start.isBefore(until)) {
                sum += number(group("\"views\":([0-9]+)", json));
            }
        }
        return sum;
    }

    private static Instant instant(String json, String field) {
        int from = json.indexOf("\"" + field + "\":\"") + field.length() + 4;
        return Instant.parse(json.substring(from, json.indexOf('"', from)));
    }

    private static String group(String pattern, String text) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return found.group(1);
    }

    private static long number(String text) {
        return Long.parseLong(text.replace(",", ""));
    }
}
