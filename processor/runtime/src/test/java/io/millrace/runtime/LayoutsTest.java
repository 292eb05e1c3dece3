package io.millrace.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.topology.Exchange;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Layout;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class LayoutsTest {
    private static final Layout ROWS = new Layout("rows 1", Map.of(Layout.ROWS, "ROW<page STRING>"));
    private static final Layout GROWN = new Layout("rows 1", Map.of(Layout.ROWS, "ROW<page STRING, country STRING>"));
    private static final Layout MINUTES = new Layout("windowed 1", Map.of("window", "tumbling 1m"));
    private static final Layout HOURS = new Layout("windowed 1", Map.of("window", "tumbling 1h"));

    /** Records that say which topics the sources are. */
    private static final int SOURCES = 2;

    private final MemoryCluster cluster = Jobs.cluster();
    private final TestClock clock = new TestClock();
    private OnDataLoss onDataLoss = OnDataLoss.FAIL;
    private final MemoryLayouts kafka = new MemoryLayouts(cluster, clock);

    @Test
    void what_is_new_is_recorded_before_the_job_starts() {
        start(job(ROWS, MINUTES));
        assertThat(cluster.created()).containsKey("job-layout");
        assertThat(kafka.size()).isEqualTo(SOURCES + 2);
    }

    @Test
    void the_same_job_goes_on_and_nobody_writes() {
        start(job(ROWS, MINUTES));
        start(job(ROWS, MINUTES));
        assertThat(kafka.size()).isEqualTo(SOURCES + 2);
        assertThat(kafka.turns()).isEqualTo(1);
    }

    @Test
    void a_job_without_state_has_no_layouts() {
        Topology stateless = Jobs.sources(List.of(List.of("clicks")));
        start(stateless);
        assertThat(cluster.created()).isEmpty();
        assertThat(kafka.turns()).isZero();
    }

    @Test
    void an_added_step_is_recorded_and_the_others_go_on() {
        start(job(ROWS, MINUTES));
        start(job(ROWS, MINUTES, HOURS));
        assertThat(kafka.size()).isEqualTo(SOURCES + 3);
    }

    @Test
    void a_change_that_does_not_fit_stops_the_job_before_anything_is_changed() {
        start(job(ROWS, MINUTES));
        cluster.created().clear();
        assertThatThrownBy(() -> start(job(ROWS, HOURS, MINUTES)))
                .isInstanceOf(JobFailedException.class)
                .hasMessage("""
                        the job has changed, and would misread what it has in Kafka; nothing was changed there:
                          store store0 (job-store0-changelog): window was tumbling 1m, and is tumbling 1h
                        Give the step another name to start it anew, or the job another name, or undo the change, or start \
                        the whole job anew: stop all instances and run millrace reset""");
        assertThat(cluster.created()).isEmpty();
        assertThat(kafka.size()).isEqualTo(SOURCES + 2);
        start(job(ROWS, MINUTES));
    }

    @Test
    void all_that_does_not_fit_is_named_at_once() {
        start(job(GROWN, MINUTES));
        assertThatThrownBy(() -> start(job(ROWS, HOURS)))
                .hasMessageContaining(
                        "exchange totals (job-totals-repartition): rows was ROW<page STRING, country STRING>,"
                                + " and is ROW<page STRING>")
                .hasMessageContaining(
                        "store store0 (job-store0-changelog): window was tumbling 1m, and is tumbling 1h");
    }

    @Test
    void rows_may_grow_and_then_not_shrink_again() {
        start(job(ROWS, MINUTES));
        start(job(GROWN, MINUTES));
        assertThat(kafka.size()).isEqualTo(SOURCES + 3);
        assertThatThrownBy(() -> start(job(ROWS, MINUTES))).isInstanceOf(JobFailedException.class);
    }

    @Test
    void a_removed_step_keeps_its_layout_for_when_it_comes_back() {
        start(job(ROWS, MINUTES, HOURS));
        start(job(ROWS, MINUTES));
        assertThatThrownBy(() -> start(job(ROWS, MINUTES, MINUTES))).hasMessageContaining("store store1");
        start(job(ROWS, MINUTES, HOURS));
    }

    @Test
    void a_topic_that_was_deleted_is_missed_before_an_empty_one_takes_its_place() {
        start(job(ROWS, MINUTES));
        cluster.delete("job-store0-changelog");
        assertThatThrownBy(() -> start(job(ROWS, MINUTES)))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("topics of the job were deleted: store store0 (job-store0-changelog)")
                .hasMessageContaining("run millrace reset")
                .hasMessageContaining("delete topic job-layout too");
        assertThat(cluster.describe(List.of("job-store0-changelog"))).isEmpty();
        cluster.with("job-store0-changelog", 3, "compact");
        assertThatThrownBy(() -> start(job(ROWS, MINUTES)))
                .hasMessageContaining("topics of the job were deleted: store store0");
    }

    @Test
    void a_source_that_was_deleted_and_created_again_stops_the_job() {
        start(job(ROWS, MINUTES));
        cluster.with("clicks", 3);
        assertThatThrownBy(() -> start(job(ROWS, MINUTES)))
                .isInstanceOf(JobFailedException.class)
                .hasMessageStartingWith(
                        "topic clicks was deleted and created again: what the job had not read of the old one is gone")
                .hasMessageContaining("set errors.on.data.loss to continue");
    }

    @Test
    void a_job_that_may_go_on_without_input_goes_on_with_the_new_source() {
        onDataLoss = OnDataLoss.CONTINUE;
        start(job(ROWS, MINUTES));
        cluster.with("clicks", 3);
        start(job(ROWS, MINUTES));
        onDataLoss = OnDataLoss.FAIL;
        start(job(ROWS, MINUTES));
    }

    @Test
    void a_topic_that_was_deleted_after_its_step_had_left_the_job_is_forgotten_and_the_step_may_come_back() {
        start(job(ROWS, MINUTES, HOURS));
        cluster.delete("job-store1-changelog");
        start(job(ROWS, MINUTES));
        start(job(ROWS, MINUTES, MINUTES));
        assertThatThrownBy(() -> start(job(ROWS, MINUTES, HOURS))).hasMessageContaining("store store1");
    }

    @Test
    void a_job_from_before_there_were_layouts_records_what_it_has_and_goes_on() {
        cluster.with("job-totals-repartition", 3).with("job-store0-changelog", 3, "compact");
        start(job(ROWS, MINUTES));
        assertThat(kafka.size()).isEqualTo(SOURCES + 2);
        assertThatThrownBy(() -> start(job(ROWS, HOURS))).isInstanceOf(JobFailedException.class);
    }

    @Test
    void a_start_that_died_before_it_had_recorded_is_made_up_for() {
        kafka.loseCommits(true);
        assertThatThrownBy(() -> start(job(ROWS, MINUTES)))
                .isInstanceOf(TimeoutException.class)
                .satisfies(error -> assertThat(Reaction.to(error)).isNotEqualTo(Reaction.FAIL_JOB));
        assertThat(kafka.size()).isZero();
        kafka.loseCommits(false);
        start(job(ROWS, MINUTES));
        assertThat(kafka.size()).isEqualTo(SOURCES + 2);
    }

    @Test
    void of_two_instances_that_start_at_once_with_the_same_job_both_go_on() {
        kafka.beforeCommit(() -> start(job(ROWS, MINUTES)));
        start(job(ROWS, MINUTES));
        assertThat(kafka.size()).isEqualTo(SOURCES + 2);
        assertThat(kafka.turns()).isEqualTo(3);
    }

    @Test
    void of_two_instances_that_start_at_once_with_different_jobs_the_later_one_fails() {
        kafka.beforeCommit(() -> start(job(ROWS, HOURS)));
        assertThatThrownBy(() -> start(job(ROWS, MINUTES)))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("window was tumbling 1h, and is tumbling 1m");
        start(job(ROWS, HOURS));
    }

    @Test
    void an_instance_that_others_come_before_again_and_again_gives_up_its_turn_for_a_while() {
        class Intruder implements Runnable {
            @Override
            public void run() {
                kafka.beforeCommit(this);
                new LayoutTopic("job", "job-layout", kafka, clock).take();
            }
        }
        kafka.beforeCommit(new Intruder());
        assertThatThrownBy(() -> start(job(ROWS, MINUTES))).isInstanceOf(ProducerFencedException.class);
        assertThat(kafka.size()).isZero();
    }

    @Test
    void an_open_transaction_is_not_waited_for_without_end() {
        start(job(ROWS, MINUTES));
        kafka.hideRecords(1);
        assertThatThrownBy(() -> start(job(ROWS, MINUTES)))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("job-layout-0 cannot be read up to its end at 5: a transaction is open in it");
    }

    @Test
    void a_layout_of_a_newer_version_or_of_somebody_else_stops_the_job() {
        start(job(ROWS, MINUTES));
        kafka.add("job-store0-changelog".getBytes(UTF_8), new byte[] {2, 0});
        assertThatThrownBy(() -> start(job(ROWS, MINUTES)))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining(
                        "job-layout-0@4: this layout is recorded in version 2, and this Millrace reads 1");
        kafka.add("x".getBytes(UTF_8), "hello".getBytes(UTF_8));
        kafka.add("job-store0-changelog".getBytes(UTF_8), new byte[] {1, 0});
        assertThatThrownBy(() -> start(job(ROWS, MINUTES))).isInstanceOf(JobFailedException.class);
    }

    @Test
    void a_deleted_record_is_as_none() {
        start(job(ROWS, MINUTES));
        kafka.add("job-store0-changelog".getBytes(UTF_8), null);
        start(job(ROWS, HOURS));
        assertThat(kafka.size()).isEqualTo(SOURCES + 4);
    }

    private void start(Topology topology) {
        Layouts layouts = new Layouts(topology, onDataLoss, kafka, clock);
        layouts.check(cluster);
        layouts.record(JobCluster.prepare(topology, cluster), cluster);
    }

    private static Topology job(Layout exchanged, Layout... stored) {
        Exchange exchange = new Exchange(
                "totals", "job-totals-repartition", Jobs.COLUMNS, List.of(0), 0, "by page", false, exchanged);
        List<Stage.Store> stores = new ArrayList<>();
        for (Layout layout : stored) {
            String name = "store" + stores.size();
            stores.add(new Stage.Store(name, "window", "job-" + name + "-changelog", false, layout));
        }
        Stage first = new Stage(0, List.of(Jobs.source("clicks", "views")), List.of(), List.of());
        Stage second = new Stage(1, List.of(new Input.FromExchange(exchange, List.of())), List.of(), stores);
        return new Topology("job", List.of(first, second), List.of(exchange), List.of("counts"), true, "dead");
    }
}
