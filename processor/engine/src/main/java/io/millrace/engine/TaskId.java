package io.millrace.engine;

/** One stage on one partition: the unit of state, parallelism and movement. Written {@code stage_partition}. */
public record TaskId(int stage, int partition) implements Comparable<TaskId> {
    @Override
    public int compareTo(TaskId other) {
        int byStage = Integer.compare(stage, other.stage);
        return byStage != 0 ? byStage : Integer.compare(partition, other.partition);
    }

    @Override
    public String toString() {
        return stage + "_" + partition;
    }
}
