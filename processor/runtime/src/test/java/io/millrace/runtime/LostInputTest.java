package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.engine.task.JobFailedException;
import io.millrace.state.MemoryStateBackend;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LostInputTest {
    private static final TopicPartition CLICKS = new TopicPartition("clicks", 1);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void what_is_still_there_is_read_from_where_the_job_left_off() {
        assertThat(input(OnDataLoss.FAIL).resume(CLICKS, 10, 10, 20, true)).isEqualTo(10);
        assertThat(input(OnDataLoss.FAIL).resume(CLICKS, 20, 10, 20, true)).isEqualTo(20);
    }

    @Test
    void what_is_gone_fails_the_job_with_its_range_unless_the_job_says_otherwise() {
        assertThatThrownBy(() -> input(OnDataLoss.FAIL).resume(CLICKS, 10, 15, 20, true))
                .isInstanceOf(JobFailedException.class)
                .hasMessage(
                        "input is gone that the job has not read: clicks-1 from offset 10 to 14, 5 records or fewer, deleted by the"
                                + " topic's retention or by hand. To go on without them, set errors.on.data.loss to continue, or set the group's"
                                + " offset of that partition to its beginning");
    }

    @Test
    void a_job_that_goes_on_counts_what_is_gone_once() {
        LostInput input = input(OnDataLoss.CONTINUE);
        assertThat(input.resume(CLICKS, 10, 15, 20, true)).isEqualTo(15);
        assertThat(input.resume(CLICKS, 10, 17, 20, true))
                .as("again, before a commit")
                .isEqualTo(17);
        assertThat(meters.get("millrace.records.lost")
                        .tag("topic", "clicks")
                        .counter()
                        .count())
                .isEqualTo(7);
    }

    @Test
    void input_that_ends_before_the_place_where_the_job_left_off_is_another_topic_and_fails_the_job() {
        assertThatThrownBy(() -> input(OnDataLoss.CONTINUE).resume(CLICKS, 21, 0, 20, true))
                .isInstanceOf(JobFailedException.class)
                .hasMessageStartingWith(
                        "clicks-1 ends at 20, but the job has read it up to 21: the topic was deleted and created again");
    }

    private LostInput input(OnDataLoss policy) {
        TestClock clock = new TestClock();
        return new LostInput(Jobs.context(
                Jobs.twoStages(),
                new InstanceConfig("one", Map.of(), 1, Duration.ofMillis(100), false, policy, 0, false),
                Jobs.cluster(),
                Jobs.noClients(),
                new MemoryStateBackend(),
                meters,
                clock));
    }
}
