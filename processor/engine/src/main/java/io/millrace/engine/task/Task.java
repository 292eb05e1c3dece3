package io.millrace.engine.task;

import io.millrace.engine.TaskId;
import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.Origin;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.RecordSender;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.operator.exchange.Control;
import io.millrace.engine.operator.exchange.ExchangeCodec;
import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Watermarks;
import io.millrace.engine.topology.Exchange;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Node;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.serde.Row;
import io.millrace.state.KeyValueStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One stage on one partition. Records go in through {@link #inputs}; at each checkpoint {@link #prepare} brings event time forward, fires
 * what is due and tells the stages behind. The task holds nothing that is not in its stores, in the committed offsets and progress, or
 * sent: a crash or a roll-back is answered by making a new task over the committed state.
 *
 * <p>Event time moves only in {@code prepare}. Between two checkpoints rows are judged by the watermark of the last one, which is the
 * lenient side: a row is late only for windows that have really fired.
 */
public final class Task {
    private final TaskId id;
    private final Stage stage;
    private final TaskEnvironment environment;
    private final ErrorPolicy errorPolicy;
    private final Watermarks watermarks = new Watermarks();
    private final List<Slot> slots = new ArrayList<>();
    private final List<TaskInput> inputs = new ArrayList<>();
    private final List<Exchange> exchangesOut;
    private final Map<TallyKey, Tally> tallies = new LinkedHashMap<>();
    private final int upstreams;
    private @Nullable TaskInput currentInput;
    private @Nullable InputRecord current;
    private long sentWatermarkMs = Watermarks.NONE;
    private ChannelStatus sentStatus = ChannelStatus.ACTIVE;
    private boolean due;
    private boolean mayTrail;
    private @Nullable HeldBack heldBack;
    private int heldBackChannel;
    private boolean finished;

    public Task(TaskId id, Topology topology, TaskEnvironment environment) {
        this.id = id;
        this.stage = topology.stages().get(id.stage());
        this.environment = environment;
        this.errorPolicy = new ErrorPolicy(topology, environment.sender());
        this.exchangesOut = topology.exchanges().stream()
                .filter(exchange -> exchange.producerStage() == stage.id())
                .toList();
        this.upstreams = stage.taskCount(environment.partitions());
        Context context = new Context();
        for (Node node : stage.nodes()) {
            slots.add(new Slot(node.factory().create(context)));
        }
        for (int i = 0; i < slots.size(); i++) {
            slots.get(i).output = outputOf(stage.nodes().get(i));
        }
        for (Input input : stage.inputs()) {
            Output out = outputTo(input.next());
            for (String topic : input.topics()) {
                if (id.partition() >= environment.partitions().applyAsInt(topic)) {
                    // Topics read together may differ in their partitions; this one has none for this task.
                    continue;
                }
                inputs.add(
                        input instanceof Input.FromSource source
                                ? new SourceInput(source, topic, id.partition(), out, watermarks, context)
                                : new ExchangeInput((Input.FromExchange) input, out, watermarks));
            }
        }
    }

    public TaskId id() {
        return id;
    }

    /** One per topic of the stage's inputs, in their order. */
    public List<TaskInput> inputs() {
        return inputs;
    }

    /**
     * Continues at the watermark that had been reached, after each input's {@link TaskInput#resume}.
     *
     * @param trailing what {@link #mayTrail} was
     */
    public void resumeAt(long watermarkMs, boolean trailing) {
        watermarks.resumeAt(watermarkMs);
        mayTrail |= trailing;
        // Firing may have been interrupted by the end of a transaction, and the stages behind may not have been told.
        due = true;
    }

    /**
     * Reads one record.
     *
     * @throws JobFailedException if it cannot be processed and the job does not tolerate that
     */
    public void process(TaskInput input, InputRecord record) {
        current = record;
        currentInput = input;
        input.process(record);
        current = null;
        currentInput = null;
    }

    /** Whether {@link #prepare} would do something besides flushing rows that were processed. */
    public boolean isDue() {
        return due
                || watermarks.outputMs() != sentWatermarkMs
                || watermarks.status() != sentStatus
                || nextTickMs() <= environment.nowMs().getAsLong();
    }

    private long nextTickMs() {
        long nextMs = Long.MAX_VALUE;
        for (Slot slot : slots) {
            nextMs = Math.min(nextMs, slot.operator.nextTickMs());
        }
        return nextMs;
    }

    /**
     * Sends bundled rows, brings event time forward, fires what is due and tells the stages behind.
     *
     * @return false if the open transaction became full: commit it and call again before processing records
     */
    public boolean prepare() {
        long watermarkMs = watermarks.outputMs();
        ChannelStatus status = watermarks.status();
        boolean complete = true;
        for (Slot slot : slots) {
            // Flushed also behind an interrupted firing: what is only on the heap must be sent before the offsets are
            // committed.
            slot.operator.flush(slot.output());
            complete =
                    complete && slot.operator.advance(watermarkMs, slot.output()) && slot.operator.tick(slot.output());
        }
        if (!complete) {
            due = true;
            return false;
        }
        if (watermarkMs != sentWatermarkMs || status != sentStatus || due) {
            sendControls(watermarkMs, status);
        }
        due = false;
        finished = status == ChannelStatus.END;
        return true;
    }

    private void sendControls(long watermarkMs, ChannelStatus status) {
        sentWatermarkMs = watermarkMs;
        sentStatus = status;
        mayTrail |= status == ChannelStatus.IDLE;
        for (Exchange exchange : exchangesOut) {
            byte[] control = new ExchangeCodec(exchange.columns())
                    .encode(new Control(id.partition(), upstreams, watermarkMs, status));
            int partitions = environment.partitions().applyAsInt(exchange.topic());
            for (int partition = 0; partition < partitions; partition++) {
                environment.sender().send(exchange.topic(), partition, watermarkMs, null, control, List.of());
            }
        }
    }

    /** Whether all inputs have ended and everything that follows from it was sent: the next checkpoint is the task's last. */
    public boolean isFinished() {
        return finished;
    }

    /** Whether the stages behind may be ahead: the task has told them at some time that it is idle. */
    public boolean mayTrail() {
        return mayTrail;
    }

    /** The combined watermark, {@link Watermarks#NONE} if nothing is known yet. */
    public long watermarkMs() {
        return watermarks.outputMs();
    }

    /** What the watermark waits for as of now, or null if nothing holds it back: all inputs are idle or have ended. */
    public @Nullable HeldBack heldBack() {
        int number = watermarks.holdingBack();
        if (number < 0) {
            heldBack = null;
            return null;
        }
        long channelMs = watermarks.channelWatermarkMs(number);
        HeldBack before = heldBack;
        if (before == null || heldBackChannel != number || before.watermarkMs() != channelMs) {
            heldBackChannel = number;
            heldBack = new HeldBack(
                    channelName(number), channelMs, environment.nowMs().getAsLong());
        }
        return heldBack;
    }

    private String channelName(int number) {
        return inputs.stream()
                .map(input -> input.channelName(number))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("channel " + number + " is no input's"));
    }

    public ChannelStatus status() {
        return watermarks.status();
    }

    /** Heap bytes of rows bundled by operators until the next checkpoint, roughly. */
    public long bundledBytes() {
        long bytes = 0;
        for (Slot slot : slots) {
            bytes += slot.operator.bundledBytes();
        }
        return bytes;
    }

    /**
     * Closes the operators: the task is not used any more. Its stores are whoever's who opened them.
     *
     * @throws RuntimeException if one cannot be closed, after all others were
     */
    public void close() {
        RuntimeException failure = null;
        for (Slot slot : slots) {
            try {
                slot.operator.close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Hands over, and forgets, what was counted since the last call; call it when a checkpoint has committed. */
    public void takeTallies(BiConsumer<TallyKey, Long> consumer) {
        tallies.forEach((key, tally) -> {
            long count = tally.take();
            if (count != 0) {
                consumer.accept(key, count);
            }
        });
    }

    private Output outputOf(Node node) {
        Output main = outputTo(node.next());
        if (node.sides().isEmpty()) {
            return main;
        }
        Map<String, Output> sides = new HashMap<>();
        node.sides().forEach((name, edges) -> sides.put(name, outputTo(edges)));
        return new Sided(main, sides);
    }

    private Output outputTo(List<Node.Edge> edges) {
        RecordSender sender = environment.sender();
        if (edges.size() == 1) {
            Slot target = slots.get(edges.get(0).node());
            return new Edge(target, edges.get(0).port(), sender);
        }
        List<Edge> targets = edges.stream()
                .map(edge -> new Edge(slots.get(edge.node()), edge.port(), sender))
                .toList();
        return new Fork(targets, sender);
    }

    /** What is counted, and for which step. */
    public record TallyKey(Tally.Kind kind, String step) {}

    private static final class Slot {
        private final Operator operator;
        private @Nullable Output output;

        Slot(Operator operator) {
            this.operator = operator;
        }

        Output output() {
            if (output == null) {
                throw new IllegalStateException("the task is not wired yet");
            }
            return output;
        }
    }

    private record Edge(Slot target, int port, RecordSender sender) implements Output {
        @Override
        public void emit(Row row) {
            target.operator.process(port, row, target.output());
        }

        @Override
        public boolean isFull() {
            return sender.isFull();
        }
    }

    private record Fork(List<Edge> targets, RecordSender sender) implements Output {
        @Override
        public void emit(Row row) {
            for (Edge target : targets) {
                target.emit(row);
            }
        }

        @Override
        public boolean isFull() {
            return sender.isFull();
        }
    }

    private record Sided(Output main, Map<String, Output> sides) implements Output {
        @Override
        public void emit(Row row) {
            main.emit(row);
        }

        @Override
        public Output side(String name) {
            Output side = sides.get(name);
            return side == null ? Output.super.side(name) : side;
        }

        @Override
        public boolean isFull() {
            return main.isFull();
        }
    }

    private final class Context implements OperatorContext, TaskErrors {
        @Override
        public KeyValueStore store(String name) {
            return environment.stores().apply(name);
        }

        @Override
        public Tally tally(Tally.Kind kind, String step) {
            return tallies.computeIfAbsent(new TallyKey(kind, step), key -> new Tally());
        }

        @Override
        public void failed(String step, RuntimeException cause) {
            tally(Tally.Kind.ERRORS, step).add(1);
            errorPolicy.failed(current, step, cause);
        }

        @Override
        public @Nullable Origin origin() {
            return current == null || currentInput == null ? null : currentInput.origin(current);
        }

        @Override
        public boolean mayTrail() {
            return mayTrail;
        }

        @Override
        public long nowMs() {
            return environment.nowMs().getAsLong();
        }

        @Override
        public RecordSender sender() {
            return environment.sender();
        }

        @Override
        public int partitions(String topic) {
            return environment.partitions().applyAsInt(topic);
        }
    }
}
