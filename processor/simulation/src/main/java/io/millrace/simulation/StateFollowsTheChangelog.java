package io.millrace.simulation;

import io.millrace.engine.TaskId;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.runtime.Rounds;
import io.millrace.state.Expiry;
import io.millrace.state.OrderedBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Local state is always what the committed changes up to its position make: no more, which would be something uncommitted, and no less. This
 * holds for what a worker writes and for what a restorer does. A restorer reads only what is missing, and nothing is removed from a disk
 * that it could complete.
 */
final class StateFollowsTheChangelog implements Invariant {
    private final SimulatedKafka kafka;
    private final Topology topology;

    StateFollowsTheChangelog(SimulatedKafka kafka, Topology topology) {
        this.kafka = kafka;
        this.topology = topology;
    }

    @Override
    public void applying(String task, Disk.Image image) {
        long[] offsets = offsets(image);
        if (offsets == null) {
            throw new Violation("the state of task " + task + " has no position that can be read");
        }
        List<Stage.Store> stores = stores(task);
        for (int store = 0; store < stores.size(); store++) {
            PartitionLog log = kafka.log(changelog(task, stores.get(store)));
            NavigableMap<byte[], byte[]> should = new TreeMap<>(OrderedBytes::compare);
            log.folded(offsets[store], kafka.transactions().committing())
                    .forEach((key, value) -> should.put(key.array(), value));
            NavigableMap<byte[], byte[]> is = new TreeMap<>(OrderedBytes::compare);
            is.putAll(image.store(stores.get(store).name()));
            expire(should);
            expire(is);
            compare(task, log, offsets[store], should, is);
        }
    }

    private static void expire(NavigableMap<byte[], byte[]> entries) {
        List<Map.Entry<byte[], byte[]>> marks = new ArrayList<>();
        entries.forEach((key, value) -> {
            if (Expiry.isMark(key)) {
                marks.add(Map.entry(key, value));
            }
        });
        for (Map.Entry<byte[], byte[]> mark : marks) {
            byte kind = Expiry.kind(mark.getKey());
            entries.subMap(Expiry.start(kind), true, Expiry.end(kind, Expiry.timeMs(mark.getValue())), false)
                    .clear();
        }
    }

    private static void compare(
            String task,
            PartitionLog log,
            long offset,
            NavigableMap<byte[], byte[]> should,
            NavigableMap<byte[], byte[]> is) {
        should.forEach((key, value) -> {
            byte[] found = is.get(key);
            if (found == null || OrderedBytes.compare(found, value) != 0) {
                throw new Violation("the state of task " + task + ", which is to contain " + log + " up to " + offset
                        + ", " + (found == null ? "has lost" : "has another value for") + " key " + text(key));
            }
        });
        is.keySet().forEach(key -> {
            if (!should.containsKey(key)) {
                throw new Violation("the state of task " + task + ", which is to contain " + log + " up to " + offset
                        + ", has key " + text(key) + ", which was never committed");
            }
        });
    }

    private static String text(byte[] key) {
        StringBuilder text = new StringBuilder();
        for (byte one : key) {
            text.append(one >= ' ' && one < 127 ? String.valueOf((char) one) : "\\" + (one & 0xff));
        }
        return text.toString();
    }

    @Override
    public void seeking(Disk disk, TopicPartition changelog, long offset) {
        topology.stages().forEach(stage -> {
            for (int store = 0; store < stage.stores().size(); store++) {
                if (stage.stores().get(store).changelogTopic().equals(changelog.topic())) {
                    String task = new TaskId(stage.id(), changelog.partition()).toString();
                    Disk.Image image = disk.images().get(task);
                    long[] offsets = image == null ? null : offsets(image);
                    if (offsets != null && offset < offsets[store]) {
                        throw new Violation(changelog + " is read again from " + offset + ", although the disk has it up to "
                                + offsets[store]);
                    }
                }
            }
        });
    }

    @Override
    public void destroying(String task, Disk disk) {
        Disk.Image image = disk.images().get(task);
        long[] offsets = image == null ? null : offsets(image);
        if (disk.isDamaged(task) || offsets == null) {
            return;
        }
        List<Stage.Store> stores = stores(task);
        for (int store = 0; store < stores.size(); store++) {
            if (offsets[store] < kafka.log(changelog(task, stores.get(store))).startOffset()) {
                kafka.count("a state that was cut off is removed");
                return; // What follows on it has been cut off.
            }
        }
        throw new Violation("the state of task " + task + " is removed, although it could be completed");
    }

    /** The state that is on any disk can be trusted by whoever starts there next. */
    void check(Disk disk) {
        disk.images().forEach((task, image) -> {
            if (image.position() != null) {
                applying(task, image);
            }
        });
    }

    private static long @Nullable [] offsets(Disk.Image image) {
        byte[] position = image.position();
        return position == null ? null : Rounds.changelogOffsets(position);
    }

    private List<Stage.Store> stores(String task) {
        return topology.stages()
                .get(Integer.parseInt(task.substring(0, task.indexOf('_'))))
                .stores();
    }

    private static TopicPartition changelog(String task, Stage.Store store) {
        return new TopicPartition(store.changelogTopic(), Integer.parseInt(task.substring(task.indexOf('_') + 1)));
    }
}
