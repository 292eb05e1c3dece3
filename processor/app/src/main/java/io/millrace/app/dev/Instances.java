package io.millrace.app.dev;

import io.millrace.app.job.JobFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The instances of the session's job: number 1 in this process, the others its children. Used by one thread at a time. */
final class Instances implements AutoCloseable {
    /** They share one machine with the broker. */
    static final int MAX_CHILDREN = 4;

    private static final int OWN = 1;

    private final String own;
    private final JobFile file;
    private final String bootstrapServers;
    private final Path directory;
    private final TreeMap<Integer, ChildInstance> children = new TreeMap<>();
    private volatile boolean several;

    /**
     * @param own what the group calls the instance in this process
     * @param directory the session's
     */
    Instances(String own, JobFile file, String bootstrapServers, Path directory) {
        this.own = own;
        this.file = file;
        this.bootstrapServers = bootstrapServers;
        this.directory = directory;
    }

    /** Starts a further one, under the lowest number that is free: on the disk of one that was killed, if there is any. Null at the bound. */
    @Nullable
    ChildInstance start() {
        if (children.size() == MAX_CHILDREN) {
            return null;
        }
        int number = OWN + 1;
        while (children.containsKey(number)) {
            number++;
        }
        Path text = directory.resolve("job.yaml");
        try {
            Files.writeString(text, file.text());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + text + ": " + e.getMessage(), e);
        }
        ChildInstance child = ChildInstance.start(number, file.name(), text, bootstrapServers, directory);
        children.put(number, child);
        several = true;
        return child;
    }

    /** The child with the highest number, or null. */
    @Nullable
    ChildInstance last() {
        Map.Entry<Integer, ChildInstance> last = children.lastEntry();
        return last == null ? null : last.getValue();
    }

    /** Kills a child. */
    void kill(ChildInstance child) {
        child.kill();
        children.remove(child.number());
    }

    /** Takes out the children that have ended by themselves. */
    List<ChildInstance> takeEnded() {
        List<ChildInstance> ended =
                children.values().stream().filter(child -> !child.isAlive()).toList();
        ended.forEach(child -> children.remove(child.number()));
        return ended;
    }

    /** Whether there ever was a further one. From any thread. */
    boolean wereSeveral() {
        return several;
    }

    /** What the screen calls an instance that the group calls {@code name}. */
    String title(String name) {
        if (name.equals(own)) {
            return "instance " + OWN;
        }
        return children.values().stream()
                .filter(child -> name.equals(child.name()))
                .map(child -> "instance " + child.number())
                .findFirst()
                .orElse("an instance that is gone");
    }

    @Override
    public void close() {
        stop();
    }

    /** Ends the children, cleanly if they can, and waits for that. */
    void stop() {
        children.values().forEach(ChildInstance::requestStop);
        children.values().forEach(ChildInstance::await);
        children.clear();
    }
}
