package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuntimeMetricsTest {
    @Test
    void what_an_instance_does_is_shown_also_after_the_heap_was_cleaned() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        InstanceStatus.TaskView running =
                new InstanceStatus.TaskView("0_0", InstanceStatus.State.RUNNING, 5_000, "ACTIVE", null);
        new RuntimeMetrics(registry).observe(() -> new InstanceStatus(true, true, List.of(), List.of(running), 1));
        System.gc();
        assertThat(registry.get("millrace.tasks")
                        .tag("state", "running")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("millrace.watermark.seconds").gauge().value()).isEqualTo(5);
    }
}
