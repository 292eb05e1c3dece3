package io.millrace.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.engine.topology.Exchange;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Layout;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import io.millrace.state.MemoryStateBackend;
import io.millrace.state.StateBackend;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/** Jobs without operators, for what only looks at topics and tasks. */
final class Jobs {
    static final RowType COLUMNS = RowType.of(new Column("page", Scalar.STRING));
    static final Exchange BY_PAGE = new Exchange(
            "totals",
            "job-totals-repartition",
            COLUMNS,
            List.of(0),
            0,
            "by page",
            false,
            new Layout("test 1", Map.of()));

    private Jobs() {}

    static Input source(String... topics) {
        return new Input.FromSource(
                topics[0],
                List.of(topics),
                COLUMNS,
                () -> bytes -> new Object[] {""},
                null,
                0,
                1_000,
                Long.MAX_VALUE,
                List.of());
    }

    /** {@code clicks} and {@code views} over an exchange into a stage with a store, and from there to {@code counts}. */
    static Topology twoStages() {
        return twoStages(false);
    }

    /** The same with a store whose entries expire. */
    static Topology expiring() {
        return twoStages(true);
    }

    private static Topology twoStages(boolean expiring) {
        Stage second = new Stage(
                1,
                List.of(new Input.FromExchange(BY_PAGE, List.of())),
                List.of(),
                List.of(new Stage.Store(
                        "totals", "window", "job-totals-changelog", expiring, new Layout("test 1", Map.of()))));
        return new Topology(
                "job",
                List.of(new Stage(0, List.of(source("clicks", "views")), List.of(), List.of()), second),
                List.of(BY_PAGE),
                List.of("counts"),
                true,
                "dead");
    }

    /** One stage per group of topics. */
    static Topology sources(List<List<String>> topics) {
        List<Stage> stages = new ArrayList<>();
        for (List<String> group : topics) {
            stages.add(new Stage(stages.size(), List.of(source(group.toArray(new String[0]))), List.of(), List.of()));
        }
        return new Topology("job", stages, List.of(), List.of(), false, null);
    }

    /** One stage per topic, named {@code topic-0} and so on; those in {@code withState} have a store. */
    static Topology stages(int count, Set<Integer> withState) {
        List<Stage> stages = new ArrayList<>();
        for (int stage = 0; stage < count; stage++) {
            String store = "store-" + stage;
            stages.add(new Stage(
                    stage,
                    List.of(source("topic-" + stage)),
                    List.of(),
                    withState.contains(stage)
                            ? List.of(new Stage.Store(
                                    store, "window", "job-" + store + "-changelog", false, new Layout("test 1", Map.of())))
                            : List.of()));
        }
        return new Topology("job", stages, List.of(), List.of(), false, null);
    }

    /** {@link #twoStages} on a cluster that has its topics. */
    static RuntimeContext context(MemoryCluster cluster, boolean untilEnd, Clock clock) {
        return context(twoStages(), cluster, new NoClients(), untilEnd, clock);
    }

    static RuntimeContext context(
            Topology topology, MemoryCluster cluster, ClientFactory clients, boolean untilEnd, Clock clock) {
        InstanceConfig config = new InstanceConfig("one", Map.of(), 1, Duration.ofMillis(100), untilEnd);
        return context(topology, config, cluster, clients, new MemoryStateBackend(), new SimpleMeterRegistry(), clock);
    }

    static RuntimeContext context(
            Topology topology,
            InstanceConfig config,
            MemoryCluster cluster,
            ClientFactory clients,
            StateBackend backend,
            MeterRegistry registry,
            Clock clock) {
        JobCluster job = JobCluster.prepare(topology, cluster);
        return new RuntimeContext(
                topology,
                config,
                job,
                job.placement(topology),
                cluster,
                clients,
                backend,
                new RuntimeMetrics(registry),
                clock);
    }

    /** For what needs none. */
    static ClientFactory noClients() {
        return new NoClients();
    }

    static MemoryCluster cluster() {
        return new MemoryCluster()
                .with("clicks", 2)
                .with("views", 3)
                .with("counts", 1)
                .with("dead", 1);
    }

    private static final class NoClients implements ClientFactory {
        @Override
        public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
            throw new AssertionError("no consumer is needed");
        }

        @Override
        public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
            throw new AssertionError("no producer is needed");
        }

        @Override
        public Cluster cluster() {
            throw new AssertionError("the cluster is there already");
        }
    }
}
