package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.DecodeException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member says of itself when it joins: the user data of its subscription.
 *
 * @param nonce changes when the member asks for a rebalance, because the broker answers an unchanged subscription without one
 * @param instance the process that the member is a worker of; they share its disk
 * @param rack {@code client.rack}, or null
 * @param held the tasks whose state the instance's disk holds, and how many changelog records each is behind, or {@link #UNKNOWN_LAG}
 * @param followed those of them that the instance follows as a standby
 * @param coming the tasks that the last rebalance has promised the instance and could not give it yet
 */
record MemberReport(
        int nonce,
        String instance,
        @Nullable String rack,
        Map<TaskId, Long> held,
        Set<TaskId> followed,
        Set<TaskId> coming) {
    /** How far behind the state is has not been found out. */
    static final long UNKNOWN_LAG = -1;

    /** More than this are not told: those furthest behind are left out. It keeps the group's metadata far below a record's size. */
    static final int MAX_HELD = 4_096;

    /** Before there was a report, a subscription held the nonce alone. */
    private static final int NONCE_ALONE_BYTES = Integer.BYTES;

    private static final int NONCE = 1;
    private static final int INSTANCE = 2;
    private static final int RACK = 3;
    private static final int HELD = 4;
    private static final int FOLLOWED = 5;
    private static final int COMING = 6;
    private static final Logger log = LoggerFactory.getLogger(MemberReport.class);

    MemberReport {
        held = Collections.unmodifiableSortedMap(new TreeMap<>(held.size() <= MAX_HELD ? held : nearest(held)));
        followed = Collections.unmodifiableSortedSet(new TreeSet<>(followed));
        coming = Collections.unmodifiableSortedSet(new TreeSet<>(coming));
        if (instance.isEmpty()) {
            throw new IllegalArgumentException("a member must say which instance it belongs to");
        }
    }

    private static Map<TaskId, Long> nearest(Map<TaskId, Long> held) {
        List<Map.Entry<TaskId, Long>> nearest = held.entrySet().stream()
                .sorted(Comparator.<Map.Entry<TaskId, Long>>comparingLong(
                                entry -> entry.getValue() == UNKNOWN_LAG ? Long.MAX_VALUE : entry.getValue())
                        .thenComparing(Map.Entry::getKey))
                .limit(MAX_HELD)
                .toList();
        return nearest.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    ByteBuffer encode() {
        BinaryWriter number = new BinaryWriter();
        number.writeVarInt(nonce);
        BinaryWriter name = new BinaryWriter();
        name.writeUtf8(instance);
        TaggedFields.Writer fields =
                new TaggedFields.Writer().put(NONCE, number).put(INSTANCE, name);
        if (rack != null) {
            BinaryWriter place = new BinaryWriter();
            place.writeUtf8(rack);
            fields.put(RACK, place);
        }
        BinaryWriter tasks = new BinaryWriter();
        tasks.writeVarInt(held.size());
        held.forEach((task, lag) -> {
            TaggedFields.writeTask(tasks, task);
            // So that the unknown is 0.
            tasks.writeVarLong(lag - UNKNOWN_LAG);
        });
        return fields.put(HELD, tasks)
                .put(FOLLOWED, TaggedFields.tasks(followed))
                .put(COMING, TaggedFields.tasks(coming))
                .toBytes();
    }

    /** Null for a member that says nothing of itself: it runs a version from before there was a report. */
    static @Nullable MemberReport decode(@Nullable ByteBuffer userData) {
        if (userData == null || userData.remaining() <= NONCE_ALONE_BYTES) {
            return null;
        }
        try {
            TaggedFields fields = TaggedFields.read(userData);
            BinaryReader nonce = fields.get(NONCE);
            BinaryReader instance = fields.get(INSTANCE);
            BinaryReader rack = fields.get(RACK);
            return instance == null
                    ? null
                    : new MemberReport(
                            nonce == null ? 0 : nonce.readVarInt(),
                            instance.readUtf8(instance.remaining()),
                            rack == null ? null : rack.readUtf8(rack.remaining()),
                            held(fields.get(HELD)),
                            TaggedFields.readTasks(fields.get(FOLLOWED)),
                            TaggedFields.readTasks(fields.get(COMING)));
        } catch (DecodeException | IllegalArgumentException e) {
            // It gets its share of tasks all the same; only what its disk holds is not taken into account.
            log.warn("cannot read what a member of the group says of itself: {}", e.getMessage());
            return null;
        }
    }

    private static Map<TaskId, Long> held(@Nullable BinaryReader tasks) {
        Map<TaskId, Long> held = new TreeMap<>();
        if (tasks != null) {
            int count = tasks.readCount();
            for (int i = 0; i < count; i++) {
                held.put(TaggedFields.readTask(tasks), Math.max(UNKNOWN_LAG, tasks.readVarLong() + UNKNOWN_LAG));
            }
        }
        return held;
    }
}
