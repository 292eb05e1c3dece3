package io.millrace.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoreBufferTest {
    private static final byte KIND = 1;

    private final TaskState committed = new MemoryStateBackend().open("1_3", List.of("counts", "other"));
    private final StoreBuffer buffer = new StoreBuffer(committed, 0);

    @Test
    void reads_show_own_writes_and_the_committed_state_does_not() {
        commit(1, 10);
        buffer.put(bytes(1), bytes(11));
        buffer.put(bytes(2), bytes(20));
        assertThat(buffer.get(bytes(1))).containsExactly(11);
        assertThat(buffer.get(bytes(2))).containsExactly(20);
        assertThat(buffer.get(bytes(3))).isNull();
        assertThat(committed.get(0, bytes(1))).containsExactly(10);
        assertThat(committed.get(0, bytes(2))).isNull();
    }

    @Test
    void a_deletion_hides_the_committed_entry_until_it_is_rolled_back() {
        commit(1, 10);
        buffer.delete(bytes(1));
        assertThat(buffer.get(bytes(1))).isNull();
        assertThat(walk(buffer.scan(bytes(), null))).isEmpty();
        buffer.clear();
        assertThat(buffer.get(bytes(1))).containsExactly(10);
        assertThat(walk(buffer.scan(bytes(), null))).containsExactly("[1]=[10]");
    }

    @Test
    void a_scan_merges_own_writes_with_committed_entries() {
        commit(1, 10);
        commit(3, 30);
        commit(5, 50);
        commit(7, 70);
        buffer.put(bytes(0), bytes(1));
        buffer.put(bytes(3), bytes(33));
        buffer.put(bytes(4), bytes(40));
        buffer.delete(bytes(5));
        buffer.delete(bytes(6));
        buffer.put(bytes(8), bytes(80));
        assertThat(walk(buffer.scan(bytes(), null)))
                .containsExactly("[0]=[1]", "[1]=[10]", "[3]=[33]", "[4]=[40]", "[7]=[70]", "[8]=[80]");
        assertThat(walk(buffer.scan(bytes(3), bytes(7)))).containsExactly("[3]=[33]", "[4]=[40]");
        assertThat(walk(buffer.scan(bytes(5), bytes(7)))).isEmpty();
    }

    @Test
    void entries_passed_may_be_deleted_and_overwritten_during_the_walk() {
        for (int key = 0; key < 10; key++) {
            if (key % 2 == 0) {
                commit(key, key);
            } else {
                buffer.put(bytes(key), bytes(key));
            }
        }
        List<Integer> seen = new ArrayList<>();
        try (Cursor cursor = buffer.scan(bytes(), null)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                seen.add((int) key[0]);
                if (key[0] % 3 == 0) {
                    buffer.delete(key);
                } else {
                    buffer.put(key, bytes(99));
                }
                assertThat(cursor.value()).isEqualTo(key);
            }
        }
        assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(walk(buffer.scan(bytes(), null)))
                .containsExactly("[1]=[99]", "[2]=[99]", "[4]=[99]", "[5]=[99]", "[7]=[99]", "[8]=[99]");
    }

    @Test
    void a_walk_goes_on_over_a_checkpoint() {
        commit(1, 10);
        buffer.put(bytes(2), bytes(20));
        buffer.put(bytes(3), bytes(30));
        try (Cursor cursor = buffer.scan(bytes(), null)) {
            assertThat(cursor.next()).isTrue();
            checkpoint();
            buffer.delete(bytes(3));
            assertThat(walk(cursor)).containsExactly("[2]=[20]", "[3]=[30]");
        }
    }

    @Test
    void a_cursor_off_its_entries_is_refused() {
        buffer.put(bytes(2), bytes(20));
        try (Cursor cursor = buffer.scan(bytes(), null)) {
            assertThatThrownBy(cursor::key).isInstanceOf(IllegalStateException.class);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.next()).isFalse();
            assertThatThrownBy(cursor::value)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the cursor is not on an entry: next() was not called or returned false");
        }
    }

    @Test
    void each_dirty_key_is_drained_once_with_its_last_write() {
        buffer.put(bytes(2), bytes(20));
        buffer.put(bytes(2), bytes(21));
        buffer.put(bytes(1), bytes(10));
        buffer.delete(bytes(1));
        List<String> dirty = new ArrayList<>();
        buffer.forEachDirty((key, value) -> dirty.add(Arrays.toString(key) + "=" + Arrays.toString(value)));
        assertThat(dirty).containsExactlyInAnyOrder("[1]=null", "[2]=[21]");
        try (StateBatch batch = committed.newBatch()) {
            buffer.drainTo(batch);
            assertThat(batch.sizeBytes()).isEqualTo(3);
        }
    }

    @Test
    void dirty_bytes_follow_the_values_and_fall_to_zero() {
        buffer.put(bytes(1), new byte[1000]);
        long one = buffer.dirtyBytes();
        assertThat(one).isGreaterThan(1000);
        buffer.put(bytes(1), new byte[500]);
        assertThat(buffer.dirtyBytes()).isEqualTo(one - 500);
        buffer.delete(bytes(1));
        assertThat(buffer.dirtyBytes()).isEqualTo(one - 1000);
        buffer.put(bytes(1), new byte[1000]);
        assertThat(buffer.dirtyBytes()).isEqualTo(one);
        assertThat(buffer.isDirty()).isTrue();
        buffer.clear();
        assertThat(buffer.dirtyBytes()).isZero();
        assertThat(buffer.isDirty()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void any_use_matches_a_sorted_map(long seed) {
        Random random = new Random(seed);
        NavigableMap<byte[], byte[]> model = new TreeMap<>(OrderedBytes::compare);
        NavigableMap<byte[], byte[]> modelCommitted = new TreeMap<>(OrderedBytes::compare);
        for (int step = 0; step < 5_000; step++) {
            String context = "seed " + seed + ", step " + step;
            byte[] key = randomKey(random);
            int choice = random.nextInt(100);
            if (choice < 40) {
                byte[] value = bytes(random.nextInt(256));
                buffer.put(key, value);
                model.put(key, value);
            } else if (choice < 60) {
                buffer.delete(key);
                model.remove(key);
            } else if (choice < 80) {
                assertThat(buffer.get(key)).as(context).isEqualTo(model.get(key));
            } else if (choice < 97) {
                byte[] to = random.nextInt(4) == 0 ? null : randomKey(random);
                assertThat(walk(buffer.scan(key, to))).as(context).isEqualTo(range(model, key, to));
            } else if (choice < 99) {
                checkpoint();
                modelCommitted.clear();
                modelCommitted.putAll(model);
            } else {
                buffer.clear();
                model.clear();
                model.putAll(modelCommitted);
            }
        }
        checkpoint();
        assertThat(walk(committed.scan(0, bytes(), null))).as("seed %d", seed).isEqualTo(range(model, bytes(), null));
    }

    @Test
    void what_expires_is_gone_for_reads_and_scans_whether_committed_or_not() {
        commitTimed(KIND, 5, 1);
        commitTimed(KIND, 7, 2);
        buffer.put(timed(KIND, 6), bytes(3));
        buffer.put(timed(KIND, 8), bytes(4));
        buffer.put(timed(KIND + 1, 1), bytes(5));
        buffer.expireBefore(KIND, 8);
        for (int timeMs = 5; timeMs < 8; timeMs++) {
            assertThat(buffer.get(timed(KIND, timeMs))).isNull();
        }
        assertThat(values(timed(KIND, Long.MIN_VALUE), null)).containsExactly(4, 5);
        assertThat(values(timed(KIND, 5), timed(KIND, 8))).isEmpty();
        assertThat(values(timed(KIND, 6), timed(KIND, 9))).containsExactly(4);
        assertThat(committed.get(0, timed(KIND, 5))).containsExactly(1);
        checkpoint();
        assertThat(committed.get(0, timed(KIND, 5))).isNull();
        assertThat(values(bytes(), Expiry.mark((byte) 0))).containsExactly(4, 5);
    }

    @Test
    void expiring_writes_a_single_entry_that_holds_the_time() {
        for (int timeMs = -50; timeMs < 50; timeMs++) {
            buffer.put(timed(KIND, timeMs), bytes(1));
        }
        buffer.expireBefore(KIND, 10);
        buffer.expireBefore(KIND, 50);
        buffer.expireBefore(KIND, 20); // less than before, and so nothing
        List<String> dirty = new ArrayList<>();
        buffer.forEachDirty((key, value) -> {
            assertThat(Expiry.isMark(key)).isTrue();
            assertThat(Expiry.kind(key)).isEqualTo(KIND);
            dirty.add(String.valueOf(value == null ? null : Expiry.timeMs(value)));
        });
        assertThat(dirty).containsExactly("50");
        checkpoint();
        assertThat(buffer.dirtyBytes()).isZero();
        buffer.expireBefore(KIND, 50);
        assertThat(buffer.isDirty()).isFalse();
        buffer.expireBefore(KIND, 51);
        assertThat(buffer.isDirty()).isTrue();
    }

    @Test
    void a_roll_back_brings_back_what_expired() {
        commitTimed(KIND, 5, 1);
        buffer.expireBefore(KIND, 6);
        buffer.clear();
        assertThat(buffer.get(timed(KIND, 5))).containsExactly(1);
        assertThat(buffer.isDirty()).isFalse();
        buffer.put(timed(KIND, 5), bytes(2));
        assertThat(buffer.get(timed(KIND, 5))).containsExactly(2);
    }

    @Test
    void an_entry_whose_time_has_expired_may_be_deleted_but_not_put() {
        buffer.expireBefore(KIND, 6);
        buffer.delete(timed(KIND, 5));
        assertThatThrownBy(() -> buffer.put(timed(KIND, 5), bytes(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("an entry is written whose time has expired");
        buffer.put(timed(KIND, 6), bytes(1));
        assertThatThrownBy(() -> buffer.expireBefore(Expiry.MARK, 6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("entries of kind -1 are marks and cannot expire");
    }

    /** Entries of several kinds; each is put only for times that have not expired, as the contract asks for. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void any_use_with_expiry_matches_a_sorted_map(long seed) {
        Random random = new Random(seed);
        NavigableMap<byte[], byte[]> model = new TreeMap<>(OrderedBytes::compare);
        NavigableMap<byte[], byte[]> modelCommitted = new TreeMap<>(OrderedBytes::compare);
        long[] expired = {-20, -20, -20};
        long[] expiredCommitted = expired.clone();
        for (int step = 0; step < 5_000; step++) {
            String context = "seed " + seed + ", step " + step;
            int kind = random.nextInt(3);
            byte[] key = timed(kind, expired[kind] + random.nextInt(12), random.nextInt(3));
            byte[] any = timed(random.nextInt(3), expired[kind] - 5 + random.nextInt(20), random.nextInt(3));
            int choice = random.nextInt(100);
            if (choice < 40) {
                byte[] value = bytes(random.nextInt(256));
                buffer.put(key, value);
                model.put(key, value);
            } else if (choice < 50) {
                buffer.delete(any);
                model.remove(any);
            } else if (choice < 70) {
                assertThat(buffer.get(any)).as(context).isEqualTo(model.get(any));
            } else if (choice < 85) {
                byte[] to = timed(any[0] + random.nextInt(2), expired[kind] + random.nextInt(20));
                assertThat(walk(buffer.scan(any, to))).as(context).isEqualTo(range(model, any, to));
            } else if (choice < 92) {
                long beforeMs = expired[kind] - 2 + random.nextInt(5);
                expired[kind] = Math.max(expired[kind], beforeMs);
                buffer.expireBefore((byte) kind, beforeMs);
                model.subMap(timed(kind, Long.MIN_VALUE), timed(kind, expired[kind]))
                        .clear();
            } else if (choice < 96) {
                checkpoint();
                modelCommitted.clear();
                modelCommitted.putAll(model);
                expiredCommitted = expired.clone();
            } else {
                buffer.clear();
                model.clear();
                model.putAll(modelCommitted);
                expired = expiredCommitted.clone();
            }
        }
        checkpoint();
        assertThat(walk(committed.scan(0, bytes(), Expiry.mark((byte) 0))))
                .as("seed %d", seed)
                .isEqualTo(range(model, bytes(), null));
    }

    private List<Integer> values(byte[] from, byte @Nullable [] to) {
        List<Integer> values = new ArrayList<>();
        try (Cursor cursor = buffer.scan(from, to)) {
            while (cursor.next()) {
                if (!Expiry.isMark(cursor.key())) {
                    values.add((int) cursor.value()[0]);
                }
            }
        }
        return values;
    }

    private void commitTimed(int kind, long timeMs, int value) {
        StateBatch batch = committed.newBatch();
        batch.put(0, timed(kind, timeMs), bytes(value));
        committed.apply(batch, bytes(1));
    }

    private static byte[] timed(int kind, long timeMs, int... suffix) {
        byte[] key = Arrays.copyOf(Expiry.end((byte) kind, timeMs), 9 + suffix.length);
        for (int i = 0; i < suffix.length; i++) {
            key[9 + i] = (byte) suffix[i];
        }
        return key;
    }

    private void checkpoint() {
        StateBatch batch = committed.newBatch();
        buffer.drainTo(batch);
        committed.apply(batch, bytes(1));
        buffer.clear();
    }

    private void commit(int key, int value) {
        StateBatch batch = committed.newBatch();
        batch.put(0, bytes(key), bytes(value));
        committed.apply(batch, bytes(1));
    }

    private static List<String> range(NavigableMap<byte[], byte[]> model, byte[] from, byte @Nullable [] to) {
        List<String> entries = new ArrayList<>();
        for (Map.Entry<byte[], byte[]> entry : model.tailMap(from, true).entrySet()) {
            if (to != null && OrderedBytes.compare(entry.getKey(), to) >= 0) {
                break;
            }
            entries.add(Arrays.toString(entry.getKey()) + "=" + Arrays.toString(entry.getValue()));
        }
        return entries;
    }

    private static List<String> walk(Cursor cursor) {
        List<String> entries = new ArrayList<>();
        try (cursor) {
            while (cursor.next()) {
                entries.add(Arrays.toString(cursor.key()) + "=" + Arrays.toString(cursor.value()));
            }
        }
        return entries;
    }

    private static byte[] randomKey(Random random) {
        byte[] key = new byte[random.nextInt(3)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(8) * 36);
        }
        return key;
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
