package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.DecodeException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member is told besides its partitions: the user data of its assignment. All members of an instance are told the same, so
 * that it does not matter which of them hears it.
 *
 * @param half whether tasks were withheld from anyone, to be given out in the next rebalance
 * @param standbys tasks whose changelogs the instance follows, to take them over when their owner dies
 * @param warmUps tasks whose changelogs it follows to have them soon: it asks for a rebalance when it has caught up
 * @param coming tasks that one of its members gets as soon as their owners have given them up
 */
record MemberOrder(boolean half, Set<TaskId> standbys, Set<TaskId> warmUps, Set<TaskId> coming) {
    /** What is followed if nobody says anything. */
    static final MemberOrder NOTHING = new MemberOrder(false, Set.of(), Set.of(), Set.of());

    private static final int HALF = 1;
    private static final int STANDBYS = 2;
    private static final int WARM_UPS = 3;
    private static final int COMING = 4;
    private static final Logger log = LoggerFactory.getLogger(MemberOrder.class);

    MemberOrder {
        standbys = Collections.unmodifiableSortedSet(new TreeSet<>(standbys));
        coming = Collections.unmodifiableSortedSet(new TreeSet<>(coming));
        warmUps = Collections.unmodifiableSortedSet(new TreeSet<>(warmUps));
    }

    /** All that is to be followed. */
    Set<TaskId> followed() {
        Set<TaskId> all = new TreeSet<>(standbys);
        all.addAll(warmUps);
        return all;
    }

    ByteBuffer encode() {
        BinaryWriter mark = new BinaryWriter();
        mark.writeBoolean(half);
        return new TaggedFields.Writer()
                .put(HALF, mark)
                .put(STANDBYS, TaggedFields.tasks(standbys))
                .put(WARM_UPS, TaggedFields.tasks(warmUps))
                .put(COMING, TaggedFields.tasks(coming))
                .toBytes();
    }

    static MemberOrder decode(@Nullable ByteBuffer userData) {
        if (userData == null || !userData.hasRemaining()) {
            return NOTHING;
        }
        if (userData.remaining() == 1) {
            // Of a leader from before there were standbys, which says only whether the rebalance is half.
            return new MemberOrder(userData.get(userData.position()) == 1, Set.of(), Set.of(), Set.of());
        }
        try {
            TaggedFields fields = TaggedFields.read(userData);
            BinaryReader mark = fields.get(HALF);
            return new MemberOrder(
                    mark != null && mark.readBoolean(),
                    TaggedFields.readTasks(fields.get(STANDBYS)),
                    TaggedFields.readTasks(fields.get(WARM_UPS)),
                    TaggedFields.readTasks(fields.get(COMING)));
        } catch (DecodeException e) {
            log.warn(
                    "cannot read what the leader of the group says of standbys, so there are none: {}", e.getMessage());
            return NOTHING;
        }
    }
}
