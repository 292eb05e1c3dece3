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
