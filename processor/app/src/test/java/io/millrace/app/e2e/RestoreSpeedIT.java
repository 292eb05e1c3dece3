package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.state.OrderedBytes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How fast does an instance with an empty disk restore its tasks? Prints the figure; docs/performance.md says with which settings it was
 * measured. In the build it is a small test that a large changelog is restored at all.
 */
class RestoreSpeedIT {
    private static final int MIB = Integer.getInteger("millrace.it.restore.mib", 20);
    private static final int VALUE_BYTES = 100;
    private static final byte WINDOW = 1;
    private static final String CHANGELOG = "page-stats-page_1m-changelog";
    private static final Pattern RESTORED =
            Pattern.compile("task 1_(\\d) is at its last checkpoint: (\\d+) changelog records replayed in (\\d+) ms");

    @TempDir
    Path directory;

    @Test
    void an_empty_disk_is_filled_from_a_large_changelog() throws Exception {
        try (World world = new World(directory, false)) {
            world.writeClicks(1_000);
            MillraceProcess first = world.start("first", Map.of());
            world.awaitProgress(1, 1_000, first);
            first.terminate();
            assertThat(first.exitCode(Duration.ofSeconds(20))).as(world::logs).isZero();
            long records = fill(world);

            MillraceProcess second = world.start("second", Map.of());
            Await.until(
                    () -> restored(second.output()).tasks == World.PARTITIONS || !second.isAlive(),
                    World.LIMIT,
                    world::logs);
            Restored restored = restored(second.output());
            assertThat(restored.records).as(world::logs).isGreaterThanOrEqualTo(records);
            System.out.printf(
                    "restored %,d records, %d MiB, in %,d ms: %,d records and %.1f MiB a second%n",
                    restored.records,
                    MIB,
                    restored.ms,
                    restored.records * 1000 / restored.ms,
                    MIB * 1000.0 / restored.ms);
        }
    }

    /** Entries of one window that does not expire soon, with keys in no order. */
    private static long fill(World world) {
        long records = ((long) MIB << 20) / (VALUE_BYTES + 17);
        SplittableRandom random = new SplittableRandom(world.seed);
        long timeMs = Instant.parse("2030-01-01T00:00:00Z").toEpochMilli();
        Map<String, Object> settings =
                Map.of("bootstrap.servers", world.brokers(), "batch.size", 256 << 10, "linger.ms", 5);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long i = 0; i < records; i++) {
                byte[] key = OrderedBytes.concat(
                        new byte[] {WINDOW}, OrderedBytes.ofLong(timeMs), OrderedBytes.ofLong(random.nextLong()));
                byte[] value = new byte[VALUE_BYTES];
                random.nextBytes(value);
                var unused = producer.send(
                        new ProducerRecord<>(CHANGELOG, (int) (i % World.PARTITIONS), key, value));
            }
        }
        return records;
    }

    private static Restored restored(String log) {
        Matcher line = RESTORED.matcher(log);
        int tasks = 0;
        long records = 0;
        long ms = 1;
        while (line.find()) {
            tasks++;
            records += Long.parseLong(line.group(2));
            // They are restored together: the slowest has taken as long as all.
            ms = Math.max(ms, Long.parseLong(line.group(3)));
        }
        return new Restored(tasks, records, ms);
    }

    private record Restored(int tasks, long records, long ms) {}
}
