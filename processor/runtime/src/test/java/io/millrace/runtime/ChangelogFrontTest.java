package io.millrace.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.state.Expiry;
import io.millrace.state.OrderedBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangelogFrontTest {
    private static final byte[] VALUE = {1};
    private static final byte GROUP = 1;

    @Test
    void nothing_can_be_said_of_a_store_without_entries() {
        assertThat(new ChangelogFront().offset()).isEqualTo(ChangelogFront.NONE);
    }

    @Test
    void the_first_change_of_the_earliest_live_time_is_needed_until_that_expires() {
        ChangelogFront front = new ChangelogFront();
        front.changed(key(GROUP, 10, "a"), VALUE, 100);
        front.changed(key(GROUP, 20, "a"), VALUE, 200);
        front.changed(key(GROUP, 10, "b"), VALUE, 300);
        assertThat(front.offset()).isEqualTo(100);
        expire(front, GROUP, 11, 400);
        assertThat(front.offset()).isEqualTo(200);
        expire(front, GROUP, 21, 500);
        assertThat(front.offset()).as("the mark").isEqualTo(500);
    }

    @Test
    void the_last_change_of_an_entry_without_a_time_is_needed() {
        ChangelogFront front = new ChangelogFront();
        front.changed(new byte[] {0}, VALUE, 50);
        front.changed(key(GROUP, 10, "a"), VALUE, 100);
        assertThat(front.offset()).isEqualTo(50);
        front.changed(new byte[] {0}, VALUE, 150);
        assertThat(front.offset()).isEqualTo(100);
        front.changed(new byte[] {0}, null, 160);
        assertThat(front.offset()).isEqualTo(100);
    }

    @Test
    void a_store_with_many_entries_without_a_time_is_not_cut() {
        ChangelogFront front = new ChangelogFront();
        for (int i = 0; i <= ChangelogFront.MAX_TIMELESS; i++) {
            front.changed(new byte[] {0, (byte) (i >> 8), (byte) i}, VALUE, i + 1);
        }
        assertThat(front.offset()).isEqualTo(ChangelogFront.NONE);
        assertThat(copy(front).offset()).isEqualTo(ChangelogFront.NONE);
    }

    @Test
    void its_size_is_bounded_however_many_times_there_are() {
        ChangelogFront front = new ChangelogFront();
        for (int i = 0; i < 10_000; i++) {
            front.changed(key(GROUP, i, "a"), VALUE, i + 1);
        }
        BinaryWriter writer = new BinaryWriter();
        front.encode(writer);
        assertThat(writer.toByteArray()).hasSizeLessThan(20 * ChangelogFront.MAX_STEPS);
        assertThat(front.offset()).isEqualTo(1);
    }

    /** Whatever happens, a store that is built from the log behind the front is the store. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void what_is_cut_off_is_never_missed(long seed) {
        Random random = new Random(seed);
        List<Change> log = new ArrayList<>();
        ChangelogFront front = new ChangelogFront();
        Map<Byte, Long> expired = new HashMap<>();
        long cut = 0;
        for (int step = 0; step < 3_000; step++) {
            long leastOffset = log.size();
            int changes = 1 + random.nextInt(4);
            for (int i = 0; i < changes; i++) {
                log.add(change(random, step, expired));
            }
            // As a transaction is committed: with the offset at which the log ended before it.
            log.subList((int) leastOffset, log.size())
                    .forEach(change -> front.changed(change.key, change.value, leastOffset));
            cut = Math.max(cut, front.offset());
            if (random.nextInt(50) == 0) {
                assertThat(store(log, cut))
                        .as("seed %d, step %d, cut at %d of %d", seed, step, cut, log.size())
                        .isEqualTo(store(log, 0));
                assertThat(copy(front)).isEqualTo(front);
            }
        }
        assertThat(log.size() - cut)
                .as("what is left of %d, seed %d", log.size(), seed)
                .isLessThan(2_000);
        ChangelogFront rebuilt = new ChangelogFront();
        for (int offset = (int) cut; offset < log.size(); offset++) {
            rebuilt.changed(log.get(offset).key, log.get(offset).value, offset);
        }
        assertThat(store(log, Math.max(0, rebuilt.offset())))
                .as("rebuilt, seed %d", seed)
                .isEqualTo(store(log, 0));
    }

    private static Change change(Random random, int step, Map<Byte, Long> expired) {
        byte kind = (byte) (1 + random.nextInt(2));
        long limitMs = expired.getOrDefault(kind, -1_000_000L);
        int dice = random.nextInt(20);
        if (dice == 0) {
            return new Change(new byte[] {0, (byte) random.nextInt(3)}, random.nextInt(4) == 0 ? null : VALUE);
        }
        if (dice == 1) {
            long toMs = Math.max(limitMs, step - 100 - random.nextInt(50));
            expired.put(kind, toMs);
            return new Change(Expiry.mark(kind), OrderedBytes.ofLong(toMs));
        }
        long timeMs = Math.max(limitMs, step - random.nextInt(120));
        byte[] value = random.nextInt(10) == 0 ? null : new byte[] {(byte) random.nextInt()};
        return new Change(key(kind, timeMs, "k" + random.nextInt(3)), value);
    }

    /** The store that the log gives from an offset on: the last values, without what the marks say. */
    private static Map<String, String> store(List<Change> log, long fromOffset) {
        Map<String, Change> entries = new HashMap<>();
        Map<Byte, Long> marks = new HashMap<>();
        for (Change change : log.subList((int) fromOffset, log.size())) {
            String name = HexFormat.of().formatHex(change.key);
            if (change.value == null) {
                entries.remove(name);
            } else {
                entries.put(name, change);
                if (Expiry.isMark(change.key)) {
                    marks.put(Expiry.kind(change.key), Expiry.timeMs(change.value));
                }
            }
        }
        Map<String, String> store = new HashMap<>();
        entries.forEach((name, change) -> {
            Long timeMs = Expiry.timeOf(change.key);
            Long mark = marks.get(change.key[0]);
            if (timeMs == null || mark == null || timeMs >= mark) {
                store.put(name, Arrays.toString(change.value));
            }
        });
        return store;
    }

    private static ChangelogFront copy(ChangelogFront front) {
        BinaryWriter writer = new BinaryWriter();
        front.encode(writer);
        return ChangelogFront.decode(new BinaryReader(writer.toByteArray()));
    }

    private static void expire(ChangelogFront front, byte kind, long timeMs, long offset) {
        front.changed(Expiry.mark(kind), OrderedBytes.ofLong(timeMs), offset);
    }

    private static byte[] key(byte kind, long timeMs, String key) {
        return OrderedBytes.concat(Expiry.end(kind, timeMs), key.getBytes(UTF_8));
    }

    private record Change(byte[] key, byte @Nullable [] value) {}
}
