package io.millrace.testing;

import io.millrace.engine.operator.exchange.KeyHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Topics as lists. A topic that nobody has sized has one partition. */
final class MemoryTopics {
    private final Map<String, Integer> partitions;
    private final Map<String, List<List<WrittenRecord>>> logs = new HashMap<>();

    MemoryTopics(Map<String, Integer> partitions) {
        this.partitions = Map.copyOf(partitions);
    }

    int partitions(String topic) {
        return partitions.getOrDefault(topic, 1);
    }

    void append(WrittenRecord record) {
        byte[] key = record.key();
        int partition = record.partition() >= 0
                ? record.partition()
                : key == null ? 0 : KeyHash.partition(key, partitions(record.topic()));
        List<WrittenRecord> log = log(record.topic(), partition);
        log.add(record.at(partition, log.size()));
    }

    List<WrittenRecord> log(String topic, int partition) {
        List<List<WrittenRecord>> all = logs.computeIfAbsent(topic, absent -> new ArrayList<>());
        while (all.size() < partitions(topic)) {
            all.add(new ArrayList<>());
        }
        if (partition >= all.size()) {
            throw new IllegalArgumentException("topic " + topic + " has no partition " + partition);
        }
        return all.get(partition);
    }

    List<WrittenRecord> all(String topic) {
        List<WrittenRecord> records = new ArrayList<>();
        logs.getOrDefault(topic, List.of()).forEach(records::addAll);
        return records;
    }
}
