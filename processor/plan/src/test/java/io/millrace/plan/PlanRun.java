package io.millrace.plan;

import io.millrace.engine.TaskId;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.RecordSender;
import io.millrace.engine.task.InputRecord;
import io.millrace.engine.task.Task;
import io.millrace.engine.task.TaskEnvironment;
import io.millrace.engine.task.TaskInput;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.state.MemoryStateBackend;
import io.millrace.state.StoreBuffer;
import io.millrace.state.TaskState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a plan over records to their end, one partition per topic, and keeps what it writes. */
final class PlanRun implements RecordSender {
    private final Topology topology;
    private final Map<String, List<Sent>> topics = new LinkedHashMap<>();
    private boolean checkpointsEachRecord;
    private long nowMs;

    PlanRun(Plan plan) {
        this.topology = plan.topology();
    }

    /** Puts a record into a source's topic. */
    PlanRun given(String topic, long timestampMs, String value) {
        send(topic, 0, timestampMs, null, value.getBytes(StandardCharsets.UTF_8), List.of());
        return this;
    }

    /** Makes a checkpoint, and with it progress of event time, behind each record; the wall clock then goes on by a second. */
    PlanRun checkpointingEachRecord() {
        checkpointsEachRecord = true;
        return this;
    }

    /** Runs all stages, each over all that the ones before have sent. */
    PlanRun run() {
        MemoryStateBackend state = new MemoryStateBackend();
        for (Stage stage : topology.stages()) {
            List<String> stores = stage.stores().stream().map(Stage.Store::name).toList();
            TaskId id = new TaskId(stage.id(), 0);
            TaskState opened = state.open(id.toString(), stores);
            Task task = new Task(
                    id,
                    topology,
                    new TaskEnvironment(
                            name -> new StoreBuffer(opened, stores.indexOf(name)), this, topic -> 1, () -> nowMs));
            for (TaskInput input : task.inputs()) {
                for (Sent record : List.copyOf(topics.getOrDefault(input.topic(), List.of()))) {
                    task.process(input, record);
                    if (checkpointsEachRecord) {
                        nowMs += 1_000;
                        task.prepare();
                    }
                }
            }
            task.prepare();
            if (stage.inputs().get(0) instanceof Input.FromSource) {
                task.inputs().forEach(TaskInput::end);
                task.prepare();
            }
        }
        return this;
    }

    /** The records of a topic as {@code key -> value}, or only the value where there is no key. */
    List<String> written(String topic) {
        return topics.getOrDefault(topic, List.of()).stream().map(Sent::text).toList();
    }

    /** The values of a header of a topic's records, null where there is none. */
    List<@Nullable String> headers(String topic, String name) {
        List<@Nullable String> values = new ArrayList<>();
        topics.getOrDefault(topic, List.of()).forEach(sent -> values.add(sent.header(name)));
        return values;
    }

    @Override
    public void send(
            String topic,
            int partition,
            long timeMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RecordHeader> headers) {
        topics.computeIfAbsent(topic, name -> new ArrayList<>()).add(new Sent(topic, timeMs, key, value, headers));
    }

    @Override
    public boolean isFull() {
        return false;
    }

    private record Sent(
            String topic, long timestampMs, byte @Nullable [] key, byte @Nullable [] value, List<RecordHeader> headers)
            implements InputRecord {
        @Override
        public int partition() {
            return 0;
        }

        @Override
        public long offset() {
            return 0;
        }

        @Nullable
        String header(String name) {
            for (RecordHeader header : headers) {
                if (header.key().equals(name) && header.value() != null) {
                    return new String(header.value(), StandardCharsets.UTF_8);
                }
            }
            return null;
        }

        String text() {
            String text = value == null ? "(deleted)" : new String(value, StandardCharsets.UTF_8);
            return key == null ? text : new String(key, StandardCharsets.UTF_8) + " -> " + text;
        }
    }
}
