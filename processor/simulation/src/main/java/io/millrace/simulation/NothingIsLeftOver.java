package io.millrace.simulation;

import java.util.List;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** When all is done, the committed offsets are the inputs' ends, and no transaction hangs. */
final class NothingIsLeftOver implements Invariant {
    private final SimulatedKafka kafka;
    private final List<String> inputs;

    NothingIsLeftOver(SimulatedKafka kafka, List<String> inputs) {
        this.kafka = kafka;
        this.inputs = List.copyOf(inputs);
    }

    /** What there still is to do, empty if there is nothing. */
    String rest() {
        StringBuilder rest = new StringBuilder();
        for (String input : inputs) {
            for (PartitionLog log : kafka.topic(input).partitions()) {
                OffsetAndMetadata committed = kafka.group().committed(log.partition());
                if (committed == null || committed.offset() != log.endOffset()) {
                    rest.append(log)
                            .append(" is committed up to ")
                            .append(committed == null ? "nowhere" : String.valueOf(committed.offset()))
                            .append("; ");
                }
                if (kafka.group().isUnstable(log.partition())) {
                    rest.append("a transaction is pending over ")
                            .append(log.partition())
                            .append("; ");
                }
            }
        }
        for (PartitionLog log : kafka.logs()) {
            if (log.hasOpenTransaction()) {
                rest.append("a transaction hangs in ").append(log).append("; ");
            }
        }
        kafka.transactions().unfinished().forEach(one -> rest.append(one).append("; "));
        return rest.toString();
    }

    @Override
    public void atEnd() {
        String rest = rest();
        if (!rest.isEmpty()) {
            throw new Violation("it is not all over: " + rest);
        }
    }
}
