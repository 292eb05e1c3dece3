package io.millrace.engine.operator.aggregate;

import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one group at a time. They neither overlap nor touch, so their order by start is their order by end.
 *
 * <p>Rows mostly come about in order, so nearly all of them fall into the newest session or begin a newer one. The newest one therefore
 * has an entry that is found by the group's key alone: a row costs a get and a put, however long the session is and however often its
 * end moves. The others have an entry each, by their end, and are looked for by a short scan, but only for a time before the newest
 * session. The newest session is the last of its group to go; its entry also knows the greatest end that an older one has had, so that a
 * group that never had two sessions is never scanned.
 */
final class SessionGroup {
    private final KeyValueStore store;
    private final SessionCodec codec;

    private byte[] key = {};
    private @Nullable Session newest;
    private long olderEndMs = SessionProgress.NEVER_MS;

    SessionGroup(KeyValueStore store, SessionCodec codec) {
        this.store = store;
        this.codec = codec;
    }

    /** Turns to another group. */
    void open(byte[] groupKey) {
        key = groupKey;
        byte[] stored = store.get(groupKey);
        newest = stored == null ? null : codec.decode(stored);
        olderEndMs = stored == null ? SessionProgress.NEVER_MS : codec.olderEndMs();
    }

    byte[] key() {
        return key;
    }

    /**
     * The sessions that overlap or touch a window, in the order of time. There are at most two: a third one between them would lie within
     * the window, and no session is shorter than the gap.
     */
    List<Session> touching(long startMs, long endMs) {
        if (newest == null) {
            return List.of();
        }
        boolean touchesNewest = newest.startMs() <= endMs && newest.endMs() >= startMs;
        if (startMs >= newest.startMs() || startMs > olderEndMs) {
            return touchesNewest ? List.of(newest) : List.of();
        }
        List<Session> touching = new ArrayList<>(2);
        try (Cursor ends = olderFrom(startMs)) {
            while (ends.next()) {
                Session session = codec.decode(ends.value());
                if (session.startMs() > endMs) {
                    break;
                }
                touching.add(session);
            }
        }
        if (touchesNewest) {
            touching.add(newest);
        }
        return touching;
    }

    /** The session that holds a time. */
    @Nullable
    Session at(long timeMs) {
        if (newest == null || timeMs >= newest.endMs()) {
            return null;
        }
        if (timeMs >= newest.startMs()) {
            return newest;
        }
        if (timeMs >= olderEndMs) {
            return null;
        }
        try (Cursor ends = olderFrom(timeMs + 1)) {
            Session session = ends.next() ? codec.decode(ends.value()) : null;
            return session != null && session.startMs() <= timeMs ? session : null;
        }
    }

    /** Writes a session that stands for {@code before} from now on, which are none, itself, or others that it has swallowed. */
    void put(Session session, List<Session> before) {
        for (Session gone : before) {
            if (gone != newest && gone.endMs() != session.endMs()) {
                store.delete(SessionKeys.older(key, gone.endMs()));
            }
        }
        if (newest == null || before.contains(newest)) {
            newest = session;
            putNewest(session);
        } else if (session.endMs() > newest.endMs()) {
            putOlder(newest);
            newest = session;
            putNewest(session);
        } else {
            long knownMs = olderEndMs;
            putOlder(session);
            if (olderEndMs > knownMs) {
                putNewest(newest);
            }
        }
    }

    /** Removes a session; those that are older are gone already. */
    void remove(Session session) {
        if (session == newest) {
            store.delete(key);
            newest = null;
        } else {
            store.delete(SessionKeys.older(key, session.endMs()));
        }
    }

    private void putNewest(Session session) {
        store.put(key, codec.encode(session, olderEndMs));
    }

    private void putOlder(Session session) {
        store.put(SessionKeys.older(key, session.endMs()), codec.encode(session, SessionProgress.NEVER_MS));
        olderEndMs = Math.max(olderEndMs, session.endMs());
    }

    private Cursor olderFrom(long endMs) {
        return store.scan(SessionKeys.older(key, endMs), OrderedBytes.prefixEnd(SessionKeys.allOlder(key)));
    }
}
