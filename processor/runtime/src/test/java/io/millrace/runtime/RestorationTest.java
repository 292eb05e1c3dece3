package io.millrace.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.TaskId;
import io.millrace.engine.task.JobFailedException;
import io.millrace.state.StateBatch;
import io.millrace.state.TaskState;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a restoration, of which a standby is one without an end, leaves on the disk. */
class RestorationTest {
    private static final TaskId TASK = new TaskId(1, 0);
    private static final TopicPartition CHANGELOG = new TopicPartition("job-totals-changelog", 0);
    private static final long HOUR_MS = 3_600_000;

    private final TestClock clock = new TestClock();
    private final RuntimeContext context = Jobs.context(Jobs.cluster(), false, clock);
    private final Uuid topicId = context.cluster().topic(CHANGELOG.topic()).id();
    private final long startMs = clock.millis();

    @Test
    void a_standby_that_has_seen_no_checkpoint_leaves_no_position() {
        Restoration standby = standby(5);
        standby.apply(CHANGELOG, List.of(), 1);
        standby.keep();
        standby.flush();
        standby.close();
        assertThat(left()).as("a position means that there was a checkpoint").isNull();
    }

    @Test
    void a_standby_leaves_how_far_it_has_read_also_if_that_was_markers_only() {
        write(10, 5);
        Restoration standby = standby(5);
        standby.apply(CHANGELOG, List.of(), 11);
        standby.keep();
        standby.close();
        assertThat(leftChangelog().offset()).isEqualTo(11);
    }

    @Test
    void an_epoch_that_is_not_checked_yet_is_left_to_be_checked_by_the_next() {
        write(10, 5);
        Restoration standby = standby(7);
        standby.reachedIn(changelog -> leader(7));
        standby.keep();
        standby.close();
        assertThat(leftChangelog().leader().epoch()).isEqualTo(5);
        Restoration next = standby(7);
        assertThat(next.claim(CHANGELOG).epoch())
                .as("a cut in epoch 6 would go unseen without it")
                .isEqualTo(5);
        next.apply(CHANGELOG, List.of(change(10)), 11);
        next.keep();
        next.close();
        assertThat(leftChangelog().leader().epoch())
                .as("checked by the reading")
                .isEqualTo(7);
    }

    @Test
    void an_end_of_the_claimed_epoch_behind_what_was_there_at_the_last_look_is_a_move_of_the_leader_and_no_cut() {
        write(10, 5);
        Restoration next = standby(7);
        assertThat(next.isCut(CHANGELOG, new OffsetAndMetadata(9))).isFalse();
        assertThat(next.isCut(CHANGELOG, new OffsetAndMetadata(8))).isFalse();
        assertThat(next.isCut(CHANGELOG, new OffsetAndMetadata(7))).isTrue();
        assertThat(next.isCut(CHANGELOG, null)).isTrue();
        next.confirm(CHANGELOG);
        assertThat(next.isCut(CHANGELOG, new OffsetAndMetadata(9)))
                .as("of what was just read")
                .isTrue();
        next.close();
    }

    @Test
    void a_standby_that_is_closed_before_it_has_read_what_it_had_missed_is_as_old_as_it_was() {
        write(10, 5);
        clock.advance(17 * HOUR_MS);
        Restoration standby = standby(5);
        standby.ended(new long[] {20}, clock.millis());
        standby.apply(CHANGELOG, List.of(change(12)), 13);
        standby.keep();
        standby.close();
        assertThat(Objects.requireNonNull(left()).appliedAtMs()).isEqualTo(startMs);
        clock.advance(17 * HOUR_MS);
        LocalState local = open(20);
        assertThat(local.hadState())
                .as("deletions behind 13 may have been compacted away in 34 hours")
                .isFalse();
    }

    @Test
    void a_standby_that_has_read_what_it_had_missed_is_as_young_as_the_look_at_the_end() {
        write(10, 5);
        clock.advance(HOUR_MS);
        Restoration standby = standby(5);
        long lookMs = clock.millis();
        standby.ended(new long[] {12}, lookMs);
        clock.advance(HOUR_MS);
        standby.ended(new long[] {30}, clock.millis());
        standby.apply(CHANGELOG, List.of(change(11)), 12);
        standby.keep();
        assertThat(Objects.requireNonNull(left(standby)).appliedAtMs())
                .as("what a busy changelog has had since does not count")
                .isEqualTo(lookMs);
        standby.ended(new long[] {12}, clock.millis());
        standby.keep();
        assertThat(Objects.requireNonNull(left(standby)).appliedAtMs()).isEqualTo(clock.millis());
        standby.close();
    }

    @Test
    void state_that_is_built_anew_is_as_old_as_its_beginning() {
        Restoration standby = standby(5);
        clock.advance(HOUR_MS);
        standby.apply(CHANGELOG, List.of(change(0)), 1);
        standby.keep();
        assertThat(Objects.requireNonNull(left(standby)).appliedAtMs()).isEqualTo(startMs);
        standby.close();
    }

    @Test
    @SuppressWarnings("NullAway") // Kafka's records may have no key, and its constructor does not say so.
    void a_record_without_a_key_in_a_changelog_stops_the_job() {
        Restoration standby = standby(5);
        ConsumerRecord<byte[], byte[]> foreign =
                new ConsumerRecord<>(CHANGELOG.topic(), CHANGELOG.partition(), 3, null, new byte[] {3});
        assertThatThrownBy(() -> standby.apply(CHANGELOG, List.of(foreign), 4))
                .isInstanceOf(JobFailedException.class)
                .hasMessageStartingWith(
                        "job-totals-changelog-0@3: a record without a key, which is none of this job's");
        standby.close();
    }

    private void write(long offset, int epoch) {
        try (TaskState state = context.backend().open(TASK.toString(), List.of("totals"))) {
            StateBatch batch = state.newBatch();
            batch.put(0, new byte[] {1}, new byte[] {2});
            List<StoredPosition.Changelog> changelogs =
                    List.of(new StoredPosition.Changelog(topicId, offset, leader(epoch), new ChangelogFront()));
            state.apply(batch, new StoredPosition(clock.millis(), changelogs).encode());
        }
    }

    /** One that has looked when the changelog ended at 8. */
    private static Cluster.LeaderEpoch leader(int epoch) {
        return new Cluster.LeaderEpoch(epoch, 8);
    }

    private LocalState open(long end) {
        return LocalState.open(
                context, TASK, List.of(CHANGELOG), List.of(topicId), Map.of(CHANGELOG, 0L), Map.of(CHANGELOG, end));
    }

    private Restoration standby(int leaderEpoch) {
        return new Restoration(
                new RestoreTicket(TASK, null),
                open(20),
                context.topology().stages().get(1).stores(),
                List.of(CHANGELOG),
                List.of(topicId),
                new long[] {Long.MAX_VALUE},
                Map.of(CHANGELOG, leader(leaderEpoch)),
                Map.of(),
                clock);
    }

    private static ConsumerRecord<byte[], byte[]> change(long offset) {
        return new ConsumerRecord<>(
                CHANGELOG.topic(), CHANGELOG.partition(), offset, ("k" + offset).getBytes(UTF_8), new byte[] {3});
    }

    private StoredPosition.Changelog leftChangelog() {
        return Objects.requireNonNull(left()).changelogs().get(0);
    }

    /** Of a restoration that is still open. */
    private static @Nullable StoredPosition left(Restoration restoration) {
        return StoredPosition.decode(
                Objects.requireNonNull(restoration.seat().state()).position());
    }

    private @Nullable StoredPosition left() {
        try (TaskState state = context.backend().open(TASK.toString(), List.of("totals"))) {
            return StoredPosition.decode(state.position());
        }
    }
}
