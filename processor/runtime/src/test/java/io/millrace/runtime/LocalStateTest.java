package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.TaskId;
import io.millrace.state.StateBatch;
import io.millrace.state.TaskState;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class LocalStateTest {
    private static final TaskId TASK = new TaskId(1, 0);
    private static final TopicPartition CHANGELOG = new TopicPartition("job-totals-changelog", 0);
    private static final byte[] KEY = {1};
    private static final byte[] VALUE = {2};
    private static final long DAY_MS = 86_400_000;

    private final TestClock clock = new TestClock();
    private final RuntimeContext context = Jobs.context(Jobs.cluster(), false, clock);
    private final Uuid topicId = context.cluster().topic(CHANGELOG.topic()).id();

    @Test
    void state_that_fits_is_used_from_where_it_ends() {
        write(position(topicId, 10));
        verifyUsed(open(100), 10);
    }

    @Test
    void without_state_the_changelog_is_read_from_its_beginning() {
        verifyRebuilt(open(100));
    }

    @Test
    void state_of_a_changelog_that_was_created_again_is_rebuilt() {
        write(position(Uuid.randomUuid(), 10));
        verifyRebuilt(open(100));
    }

    @Test
    void state_beyond_the_end_of_its_changelog_is_rebuilt() {
        write(position(topicId, 10));
        verifyRebuilt(open(9));
    }

    @Test
    void state_that_ends_before_its_changelog_begins_is_rebuilt_from_that_beginning() {
        write(position(topicId, 10));
        LocalState local = open(11, 100);
        assertThat(local.hadState()).isFalse();
        assertThat(local.offsets()).containsExactly(11);
    }

    @Test
    void state_that_ends_where_its_changelog_begins_has_missed_nothing() {
        write(position(topicId, 10));
        verifyUsed(open(10, 100), 10);
    }

    @Test
    void old_state_that_missed_changes_is_rebuilt() {
        write(position(topicId, 10));
        clock.advance(DAY_MS);
        verifyRebuilt(open(12));
    }

    @Test
    void old_state_that_missed_nothing_is_used() {
        write(position(topicId, 10));
        clock.advance(DAY_MS);
        verifyUsed(open(11), 10);
    }

    @Test
    void state_of_another_number_of_stores_is_rebuilt() {
        write(new StoredPosition(clock.millis(), List.of()).encode());
        verifyRebuilt(open(100));
    }

    @Test
    void state_in_an_unknown_form_is_rebuilt() {
        write(new byte[] {99});
        verifyRebuilt(open(100));
    }

    private void write(byte[] position) {
        try (TaskState state = context.backend().open(TASK.toString(), List.of("totals"))) {
            StateBatch batch = state.newBatch();
            batch.put(0, KEY, VALUE);
            state.apply(batch, position);
        }
    }

    private byte[] position(Uuid topic, long offset) {
        return new StoredPosition(
                        clock.millis(),
                        List.of(new StoredPosition.Changelog(
                                topic, offset, new Cluster.LeaderEpoch(5, offset), new ChangelogFront())))
                .encode();
    }

    private LocalState open(long end) {
        return open(0, end);
    }

    private LocalState open(long beginning, long end) {
        return LocalState.open(
                context,
                TASK,
                List.of(CHANGELOG),
                List.of(topicId),
                Map.of(CHANGELOG, beginning),
                Map.of(CHANGELOG, end));
    }

    private static void verifyUsed(LocalState local, long offset) {
        assertThat(local.hadState()).isTrue();
        assertThat(local.offsets()).containsExactly(offset);
        assertThat(state(local).get(0, KEY)).isEqualTo(VALUE);
    }

    private static void verifyRebuilt(LocalState local) {
        assertThat(local.hadState()).isFalse();
        assertThat(local.offsets()).containsExactly(0);
        assertThat(state(local).get(0, KEY)).isNull();
        assertThat(state(local).position()).isNull();
    }

    private static TaskState state(LocalState local) {
        return Objects.requireNonNull(local.state());
    }
}
