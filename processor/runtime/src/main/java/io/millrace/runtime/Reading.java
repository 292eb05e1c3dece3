package io.millrace.runtime;

import io.millrace.runtime.TaskRun.InputRun;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * The input partitions of a worker's running tasks: takes what was polled to their tasks, and pauses those that are at their end or must
 * wait for others ({@link Alignment}). Call only from the worker.
 */
final class Reading {
    /** How many records are processed between two looks at the bounds of the transaction, and at which input is the slowest. */
    private static final int RECORDS_PER_LOOK = 256;

    private final Consumer<byte[], byte[]> consumer;
    private final RuntimeMetrics metrics;
    private final Answers answers;
    private final long maxSilencePerAnswerMs;
    private final Map<TopicPartition, InputRun> inputs = new HashMap<>();
    private final Set<TopicPartition> waiting = new HashSet<>();
    private final Map<TopicPartition, Silence> silences = new HashMap<>();
    private final ConsumedRecord view = new ConsumedRecord();

    /**
     * Reads nothing yet.
     *
     * @param maxSilencePerAnswerMs as {@link Silence} has it
     */
    Reading(Consumer<byte[], byte[]> consumer, Answers answers, long maxSilencePerAnswerMs, RuntimeMetrics metrics) {
        this.consumer = consumer;
        this.answers = answers;
        this.maxSilencePerAnswerMs = maxSilencePerAnswerMs;
        this.metrics = metrics;
    }

    /** Reads a task's inputs from where it stands. */
    void add(TaskRun run) {
        for (InputRun input : run.inputs()) {
            if (inputs.put(input.partition(), input) != null) {
                throw new IllegalStateException(input.partition() + " is read twice");
            }
            consumer.seek(input.partition(), input.nextOffset());
            consumer.resume(List.of(input.partition()));
            input.readUpTo(input.nextOffset());
            pauseAtEnd(input);
        }
        align(run);
    }

    /** Forgets a task's inputs; whether the consumer still has their partitions is the caller's to know. */
    void remove(TaskRun run) {
        for (InputRun input : run.inputs()) {
            inputs.remove(input.partition());
            silences.remove(input.partition());
            if (waiting.remove(input.partition())) {
                metrics.inputsPaused(-1);
            }
        }
    }

    /**
     * Processes what was polled, within a task the input that is behind first.
     *
     * @param look is called every so many records, and may checkpoint
     */
    void process(ConsumerRecords<byte[], byte[]> records, Runnable look) {
        Map<TaskRun, List<Polled>> tasks = new LinkedHashMap<>();
        for (TopicPartition partition : records.partitions()) {
            InputRun input = inputs.get(partition);
            if (input == null) {
                throw new IllegalStateException("records of " + partition + ", which is no running task's");
            }
            tasks.computeIfAbsent(input.run(), run -> new ArrayList<>())
                    .add(new Polled(input, records.records(partition)));
        }
        int sinceLook = 0;
        for (List<Polled> polled : tasks.values()) {
            while (!polled.isEmpty()) {
                Polled next = slowest(polled);
                sinceLook += next.process(RECORDS_PER_LOOK - sinceLook);
                if (next.isEmpty()) {
                    polled.remove(next);
                }
                if (sinceLook == RECORDS_PER_LOOK) {
                    sinceLook = 0;
                    look.run();
                }
            }
        }
        // The next offsets lie behind markers and aborted records too, and all that came before them is processed now.
        records.nextOffsets().forEach((partition, next) -> {
            InputRun input = inputs.get(partition);
            if (input != null) {
                input.readUpTo(next.offset());
                pauseAtEnd(input);
            }
        });
    }

    private static Polled slowest(List<Polled> polled) {
        Polled slowest = polled.get(0);
        for (int i = 1; i < polled.size(); i++) {
            if (polled.get(i).watermarkMs < slowest.watermarkMs) {
                slowest = polled.get(i);
            }
        }
        return slowest;
    }

    private void pauseAtEnd(InputRun input) {
        if (input.isAtEnd()) {
            consumer.pause(List.of(input.partition()));
        }
    }

    /** Counts the time as silence for the inputs that had nothing to read; one that waits is not silent. */
    void observeSilence(ConsumerRecords<byte[], byte[]> records, long elapsedMs) {
        answers.refresh();
        for (InputRun input : inputs.values()) {
            TopicPartition partition = input.partition();
            boolean nothing = records.records(partition).isEmpty()
                    && !waiting.contains(partition)
                    && consumer.currentLag(partition).orElse(1) == 0;
            long silentMs = silences.computeIfAbsent(partition, first -> new Silence(maxSilencePerAnswerMs))
                    .observe(nothing, elapsedMs, nothing ? answers.of(partition) : -1);
            if (silentMs > 0) {
                input.input().silentFor(silentMs);
            }
        }
    }

    /** Pauses the inputs that are too far ahead, and resumes those that the others have caught up with. */
    void align(Collection<TaskRun> runs) {
        runs.forEach(this::align);
    }

    private void align(TaskRun run) {
        List<InputRun> all = run.inputs();
        if (all.size() < 2) {
            return;
        }
        boolean[] wait = Alignment.waiting(
                all.stream().map(input -> Alignment.Place.of(input.input())).toList());
        for (int i = 0; i < wait.length; i++) {
            InputRun input = all.get(i);
            TopicPartition partition = input.partition();
            if (wait[i] && !input.isAtEnd()) {
                if (waiting.add(partition)) {
                    metrics.inputsPaused(1);
                    consumer.pause(List.of(partition));
                }
            } else if (waiting.remove(partition)) {
                metrics.inputsPaused(-1);
                if (!input.isAtEnd()) {
                    consumer.resume(List.of(partition));
                }
            }
        }
    }

    /** Polls only to stay in the group; what is fetched meanwhile waits. */
    void pollNothing() {
        consumer.pause(consumer.assignment());
        consumer.poll(Duration.ZERO);
        inputs.values().stream()
                .filter(input -> !input.isAtEnd() && !waiting.contains(input.partition()))
                .forEach(input -> consumer.resume(List.of(input.partition())));
    }

    /** What was polled of one input and is not processed yet. */
    private final class Polled {
        private final InputRun input;
        private final Queue<ConsumerRecord<byte[], byte[]>> records;
        private long watermarkMs;

        Polled(InputRun input, List<ConsumerRecord<byte[], byte[]>> records) {
            this.input = input;
            this.records = new ArrayDeque<>(records);
            this.watermarkMs = Alignment.Place.of(input.input()).watermarkMs();
        }

        boolean isEmpty() {
            return records.isEmpty();
        }

        /** Processes at most so many records and returns how many it did. */
        int process(int most) {
            int count = 0;
            while (count < most && !records.isEmpty()) {
                ConsumerRecord<byte[], byte[]> record = records.remove();
                if (input.isBeyondEnd(record.offset())) {
                    records.clear();
                    break;
                }
                input.run().task().process(input.input(), view.of(record));
                input.readUpTo(record.offset() + 1);
                count++;
            }
            watermarkMs = Alignment.Place.of(input.input()).watermarkMs();
            return count;
        }
    }
}
