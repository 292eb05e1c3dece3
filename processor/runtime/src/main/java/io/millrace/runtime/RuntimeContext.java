package io.millrace.runtime;

import io.millrace.engine.topology.Topology;
import io.millrace.state.StateBackend;
import java.time.Clock;

/** What the parts of one running instance share. Immutable; everything in it is thread-safe. */
record RuntimeContext(
        Topology topology,
        InstanceConfig config,
        JobCluster cluster,
        TaskPlacement placement,
        Cluster admin,
        ClientFactory clients,
        StateBackend backend,
        RuntimeMetrics metrics,
        Clock clock) {
    boolean untilEnd() {
        return config.untilEnd();
    }

    /** The consumer group. */
    String group() {
        return topology.job();
    }
}
