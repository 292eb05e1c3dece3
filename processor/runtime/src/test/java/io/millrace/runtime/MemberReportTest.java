package io.millrace.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.TaskId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Also of {@link MemberOrder}: what members of different versions say to each other. */
class MemberReportTest {
    private static final TaskId TASK = new TaskId(1, 3);
    private static final MemberReport REPORT =
            new MemberReport(7, "a", "r", Map.of(TASK, 299L), Set.of(TASK), Set.of());

    @Test
    void its_bytes_are_fixed_because_upgrades_read_them() {
        assertThat(REPORT.encode().array())
                .containsExactly(1, 1, 1, 7, 2, 1, 'a', 3, 1, 'r', 4, 5, 1, 1, 3, 0xAC, 2, 5, 3, 1, 1, 3, 6, 1, 0);
        assertThat(new MemberOrder(true, Set.of(TASK), Set.of(), Set.of())
                        .encode()
                        .array())
                .containsExactly(1, 1, 1, 1, 2, 3, 1, 1, 3, 3, 1, 0, 4, 1, 0);
    }

    @Test
    void fields_and_versions_that_are_not_known_are_passed_over() {
        byte[] known = REPORT.encode().array();
        byte[] newer = Arrays.copyOf(known, known.length + 4);
        newer[0] = 9;
        newer[known.length] = 99;
        newer[known.length + 1] = 2;
        assertThat(MemberReport.decode(ByteBuffer.wrap(newer))).isEqualTo(REPORT);
    }

    @Test
    void what_is_written_is_read_and_what_is_missing_is_done_without() {
        assertThat(MemberReport.decode(REPORT.encode())).isEqualTo(REPORT);
        ByteBuffer bare = ByteBuffer.wrap(new byte[] {1, 2, 2, 'a', 'b'});
        assertThat(requireNonNull(MemberReport.decode(bare)).held()).isEmpty();
    }

    @Test
    void members_from_before_there_was_a_report_say_nothing_and_are_understood() {
        assertThat(MemberReport.decode(null)).isNull();
        assertThat(MemberReport.decode(ByteBuffer.wrap(new byte[] {0, 0, 0, 1})))
                .isNull();
        assertThat(MemberOrder.decode(ByteBuffer.wrap(new byte[] {1})).half()).isTrue();
        assertThat(MemberOrder.decode(null)).isEqualTo(MemberOrder.NOTHING);
    }

    @Test
    void damaged_bytes_are_as_good_as_none() {
        assertThat(MemberReport.decode(ByteBuffer.wrap(new byte[] {1, 2, 90, 1, 1, 1})))
                .isNull();
        assertThat(MemberOrder.decode(ByteBuffer.wrap(new byte[] {1, 2, 90}))).isEqualTo(MemberOrder.NOTHING);
    }
}
