package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.engine.TaskId;
import io.millrace.engine.task.JobFailedException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A worker and its restorer, stepped by hand, with Kafka's mock clients. */
class WorkerTest {
    private static final TopicPartition CLICKS_0 = new TopicPartition("clicks", 0);
    private static final TopicPartition VIEWS_0 = new TopicPartition("views", 0);
    private static final TopicPartition CLICKS_1 = new TopicPartition("clicks", 1);
    private static final TopicPartition VIEWS_1 = new TopicPartition("views", 1);
    private static final TopicPartition TOTALS_0 = new TopicPartition("job-totals-repartition", 0);
    private static final TaskId FIRST = new TaskId(0, 0);
    private static final TaskId SECOND = new TaskId(0, 1);
    private static final TaskId TOTALS = new TaskId(1, 0);

    private final TestClock clock = new TestClock();
    private final MemoryCluster cluster = Jobs.cluster();
    private final DamagedBackend backend = new DamagedBackend();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Clients clients = new Clients();

    @Test
    void lost_tasks_are_closed_and_nothing_is_committed_for_them() {
        Running running = running(OnDataLoss.FAIL, CLICKS_0, VIEWS_0, CLICKS_1, VIEWS_1);
        running.until(() -> running.tasks().equals(List.of(FIRST, SECOND)));
        running.commit();
        clients.arrive(CLICKS_0, 0);
        clients.arrive(CLICKS_1, 0);
        running.step();
        clients.group.schedulePollTask(() -> clients.lose(List.of(CLICKS_0, VIEWS_0)));
        running.step();
        assertThat(running.tasks()).as("what the other had read is read again").isEmpty();

        running.until(() -> running.tasks().equals(List.of(SECOND)));
        clients.arrive(CLICKS_1, 0);
        running.until(() -> clients.committed().getOrDefault(CLICKS_1, 0L) == 1);
        assertThat(clients.committed()).containsEntry(CLICKS_0, 0L);
        assertThat(running.worker.status().restoring()).isEmpty();
    }

    @Test
    void a_task_whose_state_is_damaged_while_it_runs_is_rebuilt_and_the_others_go_on() {
        Running running = running(OnDataLoss.FAIL, CLICKS_0, VIEWS_0, TOTALS_0);
        running.until(() -> running.tasks().equals(List.of(FIRST, TOTALS)));
        backend.damage(TOTALS.toString());
        running.until(() -> backend.destroyed().contains(TOTALS.toString()));
        running.until(() -> running.tasks().equals(List.of(FIRST, TOTALS)));
        assertThat(backend.destroyed()).containsExactly(TOTALS.toString());
        clients.arrive(CLICKS_0, 0);
        running.until(() -> clients.committed().getOrDefault(CLICKS_0, 0L) == 1);
    }

    @Test
    void input_that_retention_took_while_the_job_ran_stops_it_with_the_range_and_what_was_read_is_committed() {
        Running running = running(OnDataLoss.FAIL, CLICKS_0, VIEWS_0);
        running.until(() -> running.tasks().equals(List.of(FIRST)));
        loseInput(running);
        assertThatThrownBy(() -> running.until(() -> false))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("clicks-0 from offset 1 to 6, 6 records or fewer");
        assertThat(clients.committed()).containsEntry(CLICKS_0, 1L);
    }

    @Test
    void a_job_that_may_go_on_without_input_does_so_where_it_begins_and_counts_what_is_gone() {
        Running running = running(OnDataLoss.CONTINUE, CLICKS_0, VIEWS_0);
        running.until(() -> running.tasks().equals(List.of(FIRST)));
        loseInput(running);
        running.until(() -> clients.committed().getOrDefault(CLICKS_0, 0L) == 7);
        assertThat(meters.get("millrace.records.lost").counter().count()).isEqualTo(6);
    }

    private void loseInput(Running running) {
        clients.arrive(CLICKS_0, 0);
        running.step();
        cluster.begins(CLICKS_0, 7);
        cluster.ends(CLICKS_0, 9);
        clients.group.schedulePollTask(() -> {
            throw new OffsetOutOfRangeException(Map.of(CLICKS_0, 1L));
        });
    }

    private Running running(OnDataLoss onDataLoss, TopicPartition... partitions) {
        RuntimeContext context = Jobs.context(
                Jobs.twoStages(),
                new InstanceConfig("one", Map.of(), 1, Duration.ofMillis(100), false, onDataLoss, 0, false),
                cluster,
                clients,
                backend,
                meters,
                clock);
        Restorer restorer = new Restorer(context);
        Worker worker = new Worker(context, restorer, new Purge(context), 0);
        clients.group.schedulePollTask(() -> clients.group.rebalance(Arrays.asList(partitions)));
        return new Running(worker, restorer);
    }

    private final class Running {
        private final Worker worker;
        private final Restorer restorer;

        Running(Worker worker, Restorer restorer) {
            this.worker = worker;
            this.restorer = restorer;
        }

        /** One round of each, without time passing. */
        void step() {
            worker.runOnce();
            clients.publish(cluster);
            restorer.step();
        }

        void commit() {
            clock.advance(100);
            step();
        }

        void until(BooleanSupplier reached) {
            for (int round = 0; round < 200; round++) {
                if (reached.getAsBoolean()) {
                    return;
                }
                commit();
            }
            throw new AssertionError("not reached in 200 rounds; running " + tasks() + ", committed "
                    + clients.committed() + ", " + worker.status());
        }

        List<TaskId> tasks() {
            return worker.status().running().stream()
                    .map(WorkerStatus.TaskStatus::task)
                    .toList();
        }
    }

    private static final class Clients implements ClientFactory {
        private final Group group = new Group();
        private final MockConsumer<byte[], byte[]> restore = new MockConsumer<>("none");
        private @Nullable MockProducer<byte[], byte[]> producer;

        void arrive(TopicPartition partition, long offset) {
            group.addRecord(new ConsumerRecord<>(partition.topic(), partition.partition(), offset, null, new byte[0]));
        }

        /** The member is out of the group for a while: these are not its any more when it comes back. */
        void lose(List<TopicPartition> partitions) {
            group.lose(partitions);
        }

        Map<TopicPartition, Long> committed() {
            Map<TopicPartition, Long> committed = new HashMap<>();
            offsets().forEach((partition, offset) -> committed.put(partition, offset.offset()));
            return committed;
        }

        private Map<TopicPartition, OffsetAndMetadata> offsets() {
            Map<TopicPartition, OffsetAndMetadata> last = new HashMap<>();
            if (producer != null) {
                producer.consumerGroupOffsetsHistory()
                        .forEach(groups -> groups.values().forEach(last::putAll));
            }
            return last;
        }

        void publish(MemoryCluster cluster) {
            offsets().forEach((partition, offset) -> {
                cluster.commit(partition, offset);
                if (cluster.ends(List.of(partition), true).getOrDefault(partition, 0L) < offset.offset()) {
                    cluster.ends(partition, offset.offset());
                }
            });
        }

        @Override
        public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
            return settings.containsKey("group.id") ? group : restore;
        }

        @Override
        public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
            producer = new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
            return producer;
        }

        @Override
        public Cluster cluster() {
            throw new AssertionError("the cluster is there already");
        }
    }

    /** Kafka's mock, which can also lose partitions. */
    private static final class Group extends MockConsumer<byte[], byte[]> {
        private @Nullable ConsumerRebalanceListener listener;

        Group() {
            super("none");
        }

        @Override
        public synchronized void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
            this.listener = listener;
            super.subscribe(topics, listener);
        }

        void lose(List<TopicPartition> partitions) {
            if (listener == null) {
                throw new AssertionError("not subscribed");
            }
            listener.onPartitionsLost(partitions);
            List<TopicPartition> rest = assignment().stream()
                    .filter(partition -> !partitions.contains(partition))
                    .toList();
            super.subscribe(subscription(), new Quiet());
            rebalance(rest);
        }
    }

    private static final class Quiet implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
    }
}
