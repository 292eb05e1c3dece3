package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.state.Expiry;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class StoredPositionTest {
    private static final StoredPosition POSITION = new StoredPosition(
            1_760_000_000_000L,
            List.of(
                    new StoredPosition.Changelog(new Uuid(1, 2), 0, Cluster.LeaderEpoch.UNKNOWN, new ChangelogFront()),
                    new StoredPosition.Changelog(
                            new Uuid(-1, Long.MIN_VALUE), Long.MAX_VALUE, new Cluster.LeaderEpoch(7, 9), front())));

    private static ChangelogFront front() {
        ChangelogFront front = new ChangelogFront();
        front.changed(new byte[] {0}, new byte[] {7}, 3);
        front.changed(Expiry.end((byte) 1, -5), new byte[0], 4);
        front.changed(Expiry.end((byte) 1, 1_760_000_000_000L), new byte[0], 5);
        front.changed(Expiry.end((byte) 2, 9), new byte[0], Long.MAX_VALUE);
        return front;
    }

    @Test
    void it_is_read_as_it_was_written() {
        assertThat(StoredPosition.decode(POSITION.encode())).isEqualTo(POSITION);
        StoredPosition none = new StoredPosition(0, List.of());
        assertThat(StoredPosition.decode(none.encode())).isEqualTo(none);
    }

    @Test
    void its_bytes_are_fixed_because_upgrades_read_them() {
        assertThat(new StoredPosition(
                                258,
                                List.of(new StoredPosition.Changelog(
                                        new Uuid(1, 2), 300, new Cluster.LeaderEpoch(4, 299), new ChangelogFront())))
                        .encode())
                .containsExactly(
                        4, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0xAC, 2, 5, 0xAB,
                        2, 0, 0, 0);
    }

    @Test
    void one_that_was_written_before_there_were_epochs_in_it_has_none() {
        byte[] old = {
            2, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, (byte) 0xAC, 2, 0, 0, 0
        };
        assertThat(StoredPosition.decode(old))
                .isEqualTo(new StoredPosition(
                        258,
                        List.of(new StoredPosition.Changelog(
                                new Uuid(1, 2), 300, new Cluster.LeaderEpoch(-1, 300), new ChangelogFront()))));
    }

    @Test
    void one_that_was_written_before_there_were_ends_in_it_has_been_seen_whole() {
        byte[] old = {
            3, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, (byte) 0xAC, 2, 5, 0, 0, 0
        };
        assertThat(StoredPosition.decode(old))
                .isEqualTo(new StoredPosition(
                        258,
                        List.of(new StoredPosition.Changelog(
                                new Uuid(1, 2), 300, new Cluster.LeaderEpoch(4, 300), new ChangelogFront()))));
    }

    @Test
    void what_is_absent_of_another_version_or_damaged_is_no_position() {
        assertThat(StoredPosition.decode(null)).isNull();
        assertThat(StoredPosition.decode(new byte[0])).isNull();
        byte[] bytes = POSITION.encode();
        for (int length = 0; length < bytes.length; length++) {
            assertThat(StoredPosition.decode(Arrays.copyOf(bytes, length)))
                    .as("cut to " + length)
                    .isNull();
        }
        bytes[0] = 1;
        assertThat(StoredPosition.decode(bytes)).isNull();
    }
}
