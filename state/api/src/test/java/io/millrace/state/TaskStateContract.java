package io.millrace.state;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link StateBackend} must do. A backend's test extends this and says how to make one. */
public abstract class TaskStateContract {
    private static final List<String> STORES = List.of("count", "default");
    private static final byte[] P1 = {1};
    private static final byte[] P2 = {2};

    private StateBackend backend;
    private TaskState state;

    /** A backend without any state. */
    protected abstract StateBackend newBackend();

    @BeforeEach
    void open_an_empty_task() {
        backend = newBackend();
        state = backend.open("1_3", STORES);
    }

    @AfterEach
    void close_the_backend() {
        backend.close();
    }

    @Test
    void a_new_state_is_empty_and_has_no_position() {
        assertThat(state.get(0, bytes(1))).isNull();
        assertThat(entries(0, bytes(), null)).isEmpty();
        assertThat(state.position()).isNull();
    }

    @Test
    void applied_puts_and_deletes_are_seen_and_the_last_change_of_a_key_wins() {
        StateBatch batch = state.newBatch();
        batch.put(0, bytes(1), bytes(10));
        batch.put(0, bytes(2), bytes(20));
        batch.delete(0, bytes(2));
        batch.delete(0, bytes(3));
        batch.put(0, bytes(3), bytes(30));
        batch.put(0, bytes(4), bytes());
        state.apply(batch, P1);

        assertThat(state.get(0, bytes(1))).containsExactly(10);
        assertThat(state.get(0, bytes(2))).isNull();
        assertThat(state.get(0, bytes(3))).containsExactly(30);
        assertThat(state.get(0, bytes(4))).isEmpty();

        StateBatch second = state.newBatch();
        second.delete(0, bytes(1));
        state.apply(second, P2);
        assertThat(state.get(0, bytes(1))).isNull();
        assertThat(state.position()).isEqualTo(P2);
    }

    @Test
    void a_range_is_deleted_with_what_was_put_before_in_its_batch_and_without_what_is_put_after() {
        put(0, bytes(1), bytes(10));
        put(0, bytes(2), bytes(20));
        put(0, bytes(2, 5), bytes(25));
        put(0, bytes(4), bytes(40));
        put(1, bytes(2), bytes(21));
        StateBatch batch = state.newBatch();
        batch.put(0, bytes(3), bytes(30));
        batch.deleteRange(0, bytes(2), bytes(4));
        batch.put(0, bytes(2, 6), bytes(26));
        assertThat(batch.sizeBytes()).isEqualTo(7);
        assertThat(entries(0, bytes(), null)).hasSize(4);
        state.apply(batch, P1);
        assertThat(entries(0, bytes(), null)).containsExactly("[1]=[10]", "[2, 6]=[26]", "[4]=[40]");
        assertThat(state.get(0, bytes(2))).isNull();
        assertThat(entries(1, bytes(), null)).containsExactly("[2]=[21]");
        reopen(STORES);
        assertThat(entries(0, bytes(), null)).containsExactly("[1]=[10]", "[2, 6]=[26]", "[4]=[40]");
    }

    @Test
    void an_empty_range_deletes_nothing() {
        put(0, bytes(2), bytes(20));
        StateBatch batch = state.newBatch();
        batch.deleteRange(0, bytes(2), bytes(2));
        state.apply(batch, P1);
        assertThat(entries(0, bytes(), null)).containsExactly("[2]=[20]");
    }

    @Test
    void a_scan_goes_on_over_a_range_that_is_deleted() {
        put(0, bytes(1), bytes(10));
        put(0, bytes(2), bytes(20));
        try (Cursor cursor = state.scan(0, bytes(), null)) {
            assertThat(cursor.next()).isTrue();
            StateBatch batch = state.newBatch();
            batch.deleteRange(0, bytes(0), bytes(9));
            state.apply(batch, P1);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.key()).containsExactly(2);
        }
        assertThat(entries(0, bytes(), null)).isEmpty();
    }

    @Test
    void a_batch_changes_nothing_before_it_is_applied() {
        StateBatch batch = state.newBatch();
        batch.put(0, bytes(1), bytes(10));
        assertThat(batch.sizeBytes()).isEqualTo(2);
        assertThat(state.get(0, bytes(1))).isNull();
        batch.close();
        assertThat(state.get(0, bytes(1))).isNull();
        assertThat(state.position()).isNull();
    }

    @Test
    void an_empty_batch_moves_the_position() {
        state.apply(state.newBatch(), P1);
        assertThat(state.position()).isEqualTo(P1);
    }

    @Test
    void stores_are_apart() {
        put(0, bytes(1), bytes(10));
        put(1, bytes(1), bytes(11));
        assertThat(entries(0, bytes(), null)).containsExactly("[1]=[10]");
        assertThat(entries(1, bytes(), null)).containsExactly("[1]=[11]");
    }

    @Test
    void a_scan_walks_in_unsigned_byte_order() {
        List<byte[]> ordered =
                List.of(bytes(), bytes(0), bytes(0, 0), bytes(0x7f, 0xff), bytes(0x80), bytes(0xff), bytes(0xff, 0xff));
        for (int i = ordered.size() - 1; i >= 0; i--) {
            put(0, ordered.get(i), bytes(i));
        }
        List<byte[]> walked = new ArrayList<>();
        try (Cursor cursor = state.scan(0, bytes(), null)) {
            while (cursor.next()) {
                walked.add(cursor.key());
            }
        }
        assertThat(walked).usingElementComparator(OrderedBytes::compare).containsExactlyElementsOf(ordered);
    }

    @Test
    void a_scan_includes_its_lower_end_and_excludes_its_upper_end() {
        for (int i = 1; i <= 5; i++) {
            put(0, bytes(i), bytes(i));
        }
        assertThat(entries(0, bytes(2), bytes(4))).containsExactly("[2]=[2]", "[3]=[3]");
        assertThat(entries(0, bytes(4), null)).containsExactly("[4]=[4]", "[5]=[5]");
        assertThat(entries(0, bytes(1, 0), bytes(2, 0))).containsExactly("[2]=[2]");
        assertThat(entries(0, bytes(3), bytes(3))).isEmpty();
        assertThat(entries(0, bytes(4), bytes(2))).isEmpty();
        assertThat(entries(0, bytes(), bytes())).isEmpty();
        assertThat(entries(0, bytes(6), null)).isEmpty();
    }

    @Test
    void a_scan_shows_the_entries_as_of_its_start() {
        put(0, bytes(1), bytes(1));
        put(0, bytes(3), bytes(3));
        try (Cursor cursor = state.scan(0, bytes(), null)) {
            assertThat(cursor.next()).isTrue();
            StateBatch batch = state.newBatch();
            batch.delete(0, bytes(1));
            batch.put(0, bytes(2), bytes(2));
            batch.put(0, bytes(3), bytes(33));
            batch.put(0, bytes(4), bytes(4));
            state.apply(batch, P1);
            state.flush();
            assertThat(cursor.key()).containsExactly(1);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.key()).containsExactly(3);
            assertThat(cursor.value()).containsExactly(3);
            assertThat(cursor.next()).isFalse();
            assertThat(cursor.next()).isFalse();
        }
        assertThat(entries(0, bytes(), null)).containsExactly("[2]=[2]", "[3]=[33]", "[4]=[4]");
    }

    @Test
    void two_scans_may_be_open_at_once() {
        put(0, bytes(1), bytes(1));
        put(1, bytes(2), bytes(2));
        try (Cursor one = state.scan(0, bytes(), null);
                Cursor two = state.scan(1, bytes(), null)) {
            assertThat(one.next()).isTrue();
            assertThat(two.next()).isTrue();
            assertThat(one.key()).containsExactly(1);
            assertThat(two.key()).containsExactly(2);
        }
    }

    @Test
    void arrays_handed_out_and_in_are_copies() {
        byte[] key = bytes(1);
        byte[] value = bytes(10);
        byte[] position = bytes(7);
        StateBatch batch = state.newBatch();
        batch.put(0, key, value);
        key[0] = 2;
        value[0] = 20;
        state.apply(batch, position);
        position[0] = 8;

        requireNonNull(state.get(0, bytes(1)))[0] = 99;
        requireNonNull(state.position())[0] = 99;
        try (Cursor cursor = state.scan(0, bytes(), null)) {
            assertThat(cursor.next()).isTrue();
            cursor.key()[0] = 99;
            cursor.value()[0] = 99;
        }
        assertThat(entries(0, bytes(), null)).containsExactly("[1]=[10]");
        assertThat(state.position()).containsExactly(7);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2})
    void a_store_that_does_not_exist_is_refused(int store) {
        try (StateBatch batch = state.newBatch()) {
            for (Runnable use : List.<Runnable>of(
                    () -> state.get(store, bytes(1)),
                    () -> state.scan(store, bytes(), null),
                    () -> batch.put(store, bytes(1), bytes(1)),
                    () -> batch.delete(store, bytes(1)))) {
                assertThatThrownBy(use::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("task 1_3 has no store number " + store + ", only 2 stores");
            }
        }
    }

    @Test
    void a_batch_is_good_for_one_apply_to_its_own_task() {
        StateBatch batch = state.newBatch();
        state.apply(batch, P1);
        assertThatThrownBy(() -> state.apply(batch, P2)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> batch.put(0, P1, P1)).isInstanceOf(IllegalStateException.class);
        batch.close();

        try (TaskState other = backend.open("1_4", STORES);
                StateBatch foreign = other.newBatch()) {
            assertThatThrownBy(() -> state.apply(foreign, P2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the batch is not one of task 1_3");
        }
        assertThat(state.position()).isEqualTo(P1);
    }

    @Test
    void a_cursor_off_its_entries_is_refused() {
        put(0, bytes(1), bytes(1));
        Cursor cursor = state.scan(0, bytes(), null);
        assertThatThrownBy(cursor::key).isInstanceOf(IllegalStateException.class);
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.next()).isFalse();
        assertThatThrownBy(cursor::value).isInstanceOf(IllegalStateException.class);
        cursor.close();
        cursor.close();
        assertThatThrownBy(cursor::next).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void use_after_close_is_an_error_and_nothing_worse() {
        put(0, bytes(1), bytes(1));
        Cursor cursor = state.scan(0, bytes(), null);
        assertThat(cursor.next()).isTrue();
        StateBatch batch = state.newBatch();
        state.close();
        state.close();
        for (Runnable use : List.<Runnable>of(
                () -> state.get(0, bytes(1)),
                () -> state.scan(0, bytes(), null),
                state::position,
                state::newBatch,
                state::flush,
                state::sizeBytes,
                () -> state.apply(batch, P2),
                () -> batch.put(0, P1, P1),
                cursor::next,
                cursor::key,
                cursor::value)) {
            assertThatThrownBy(use::run).isInstanceOf(IllegalStateException.class);
        }
        batch.close();
        cursor.close();
    }

    @Test
    void closing_the_backend_closes_its_tasks() {
        backend.close();
        backend.close();
        assertThatThrownBy(() -> state.get(0, P1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> backend.open("1_3", STORES)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void what_was_applied_is_there_after_a_reopen() {
        put(0, bytes(1), bytes(10));
        put(1, bytes(2), bytes(20));
        reopen(STORES);
        assertThat(entries(0, bytes(), null)).containsExactly("[1]=[10]");
        assertThat(entries(1, bytes(), null)).containsExactly("[2]=[20]");
        assertThat(state.position()).isEqualTo(P1);
    }

    @Test
    void stores_are_found_by_name_and_may_come_go_and_come_back() {
        put(0, bytes(1), bytes(10));
        put(1, bytes(2), bytes(20));

        reopen(List.of("new", "default"));
        assertThat(entries(0, bytes(), null)).isEmpty();
        assertThat(entries(1, bytes(), null)).containsExactly("[2]=[20]");
        put(0, bytes(3), bytes(30));

        reopen(List.of("new", "default", "count"));
        assertThat(entries(0, bytes(), null)).containsExactly("[3]=[30]");
        assertThat(entries(2, bytes(), null)).containsExactly("[1]=[10]");
    }

    @Test
    void a_task_without_stores_keeps_its_position() {
        try (TaskState stateless = backend.open("0_0", List.of())) {
            stateless.apply(stateless.newBatch(), P2);
        }
        try (TaskState stateless = backend.open("0_0", List.of())) {
            assertThat(stateless.position()).isEqualTo(P2);
        }
    }

    @Test
    void destroying_removes_all_of_one_task() {
        put(0, bytes(1), bytes(1));
        try (TaskState other = backend.open("1_4", STORES)) {
            other.apply(other.newBatch(), P2);
        }
        state.close();
        backend.destroy("1_3");
        backend.destroy("1_3");
        backend.destroy("never_seen");

        state = backend.open("1_3", STORES);
        assertThat(state.position()).isNull();
        assertThat(entries(0, bytes(), null)).isEmpty();
        try (TaskState other = backend.open("1_4", STORES)) {
            assertThat(other.position()).isEqualTo(P2);
        }
    }

    @Test
    void a_task_is_open_once_and_not_destroyed_while_open() {
        assertThatThrownBy(() -> backend.open("1_3", STORES))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the state of task 1_3 is open already");
        assertThatThrownBy(() -> backend.destroy("1_3"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("close the state of task 1_3 before destroying it");
    }

    @Test
    void names_that_are_no_names_are_refused() {
        assertThatThrownBy(() -> backend.open("../1_3", STORES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a task's name: \"../1_3\"; use letters, digits, _ and -");
        assertThatThrownBy(() -> backend.open("1_5", List.of("a", "a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("task 1_5: store names must differ and not be empty: [a, a]");
        assertThatThrownBy(() -> backend.open("1_5", List.of(""))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_size_grows_with_what_is_kept() {
        put(0, bytes(1), bytes(1));
        long before = state.sizeBytes();
        byte[] big = new byte[1 << 20];
        new Random(1).nextBytes(big);
        put(0, bytes(2), big);
        assertThat(state.sizeBytes() - before).isGreaterThan(500_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void random_batches_match_a_sorted_map(long seed) {
        Random random = new Random(seed);
        List<TreeMap<byte[], byte[]>> model =
                List.of(new TreeMap<>(OrderedBytes::compare), new TreeMap<>(OrderedBytes::compare));
        for (int round = 0; round < 60; round++) {
            StateBatch batch = state.newBatch();
            for (int change = random.nextInt(20); change > 0; change--) {
                int store = random.nextInt(2);
                byte[] key = randomBytes(random, 3);
                byte[] end = randomBytes(random, 3);
                if (random.nextInt(12) == 0 && OrderedBytes.compare(key, end) < 0) {
                    batch.deleteRange(store, key, end);
                    model.get(store).subMap(key, end).clear();
                } else if (random.nextInt(3) == 0) {
                    batch.delete(store, key);
                    model.get(store).remove(key);
                } else {
                    byte[] value = randomBytes(random, 50);
                    batch.put(store, key, value);
                    model.get(store).put(key, value);
                }
            }
            state.apply(batch, bytes(round));
            if (random.nextInt(10) == 0) {
                state.flush();
            }
            if (random.nextInt(20) == 0) {
                reopen(STORES);
            }
            for (int store = 0; store < 2; store++) {
                assertThat(entries(store, bytes(), null))
                        .as("seed %d, round %d, store %d", seed, round, store)
                        .isEqualTo(model.get(store).entrySet().stream()
                                .map(entry -> show(entry.getKey(), entry.getValue()))
                                .toList());
            }
            assertThat(state.position()).isEqualTo(bytes(round));
        }
    }

    private void reopen(List<String> stores) {
        state.close();
        state = backend.open("1_3", stores);
    }

    private void put(int store, byte[] key, byte[] value) {
        StateBatch batch = state.newBatch();
        batch.put(store, key, value);
        state.apply(batch, P1);
    }

    private List<String> entries(int store, byte[] from, byte @Nullable [] to) {
        List<String> entries = new ArrayList<>();
        try (Cursor cursor = state.scan(store, from, to)) {
            while (cursor.next()) {
                entries.add(show(cursor.key(), cursor.value()));
            }
        }
        return entries;
    }

    private static String show(byte[] key, byte[] value) {
        return Arrays.toString(key) + "=" + Arrays.toString(value);
    }

    private static byte[] randomBytes(Random random, int maxLength) {
        byte[] bytes = new byte[random.nextInt(maxLength + 1)];
        random.nextBytes(bytes);
        if (maxLength < 10) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] &= (byte) 0x83; // few keys, so that they meet again
            }
        }
        return bytes;
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
