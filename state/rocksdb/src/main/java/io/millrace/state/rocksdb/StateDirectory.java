package io.millrace.state.rocksdb;

import io.millrace.state.StateUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The directory of one process's state, locked against others: the instance's id and a directory per task. */
final class StateDirectory implements AutoCloseable {
    private static final String LOCK = ".lock";
    private static final String INSTANCE_ID = "instance.id";
    private static final String REMOVED = ".removed-";

    /**
     * The directories this process has locked. A process-wide list, because the lock is the process's: where file locks are
     * POSIX's, even opening and closing the lock file a second time in the same process would drop the first lock.
     */
    private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lock;
    private final String instanceId;

    private StateDirectory(Path path, FileChannel lock, String instanceId) {
        this.path = path;
        this.lock = lock;
        this.instanceId = instanceId;
    }

    /**
     * Creates the directory if need be and takes its lock.
     *
     * @param newInstanceId asked once, when the directory has no id yet
     * @throws StateUnavailableException if it cannot be written, or another process has it
     */
    static StateDirectory lock(Path directory, Supplier<String> newInstanceId) {
        Path path = directory;
        FileChannel lock = null;
        boolean done = false;
        try {
            Files.createDirectories(directory);
            path = directory.toRealPath();
            lock = takeLock(path);
            removeLeftovers(path);
            StateDirectory locked = new StateDirectory(path, lock, instanceId(path, newInstanceId));
            done = true;
            return locked;
        } catch (IOException e) {
            throw new StateUnavailableException(
                    "the state directory " + directory + " cannot be used (" + e + "). Let the user that runs Millrace"
                            + " write there or set `runtime.state.dir` to another directory.",
                    e);
        } finally {
            if (!done && lock != null) {
                release(path, lock);
            }
        }
    }

    Path path() {
        return path;
    }

    String instanceId() {
        return instanceId;
    }

    Path task(String task) {
        return path.resolve(task);
    }

    /** The tasks that have a directory. */
    Set<String> tasks() {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new StateUnavailableException(
                    "the state directory " + path + " cannot be listed (" + e
                            + "). Let the user that runs Millrace read it.",
                    e);
        }
    }

    /** Removes a task's directory, if there is one, so that a crash leaves either all of it in place or nothing. */
    void destroy(String task) {
        Path directory = task(task);
        if (!Files.exists(directory)) {
            return;
        }
        Path removed = path.resolve(REMOVED + task);
        try {
            removeTree(removed);
            Files.move(directory, removed, StandardCopyOption.ATOMIC_MOVE);
            removeTree(removed);
        } catch (IOException e) {
            throw new StateUnavailableException(
                    "removing the state in " + directory + " failed (" + e + "). Remove that directory by hand.", e);
        }
    }

    @Override
    public void close() {
        release(path, lock);
    }

    private static FileChannel takeLock(Path path) throws IOException {
        if (!LOCKED_HERE.add(path)) {
            throw inUse(path, String.valueOf(ProcessHandle.current().pid()), null);
        }
        FileChannel channel = null;
        boolean done = false;
        try {
            channel = FileChannel.open(
                    path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(path, readPid(channel), null);
            }
            channel.truncate(0);
            channel.write(bytes(String.valueOf(ProcessHandle.current().pid())), 0);
            done = true;
            return channel;
        } catch (OverlappingFileLockException e) {
            throw inUse(path, String.valueOf(ProcessHandle.current().pid()), e);
        } finally {
            if (!done) {
                LOCKED_HERE.remove(path);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static StateUnavailableException inUse(Path path, String pid, @Nullable Throwable cause) {
        return new StateUnavailableException(
                "the state directory " + path + " is in use by another Millrace process (pid " + pid
                        + "). Stop that one, or"
                        + " set `runtime.state.dir` to another directory: each process needs its own.",
                cause);
    }

    private static String readPid(FileChannel channel) {
        ByteBuffer text = ByteBuffer.allocate(32);
        try {
            channel.read(text, 0);
        } catch (IOException e) {
            return "unknown"; // where locks are mandatory, the owner's file cannot be read
        }
        return StandardCharsets.UTF_8.decode(text.flip()).toString();
    }

    private static void release(Path path, FileChannel lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new StateUnavailableException(
                    "the lock of the state directory " + path + " cannot be released (" + e + "). End the process.", e);
        } finally {
            LOCKED_HERE.remove(path);
        }
    }

    private static String instanceId(Path path, Supplier<String> newInstanceId) throws IOException {
        Path file = path.resolve(INSTANCE_ID);
        String known = Files.exists(file) ? Files.readString(file).strip() : "";
        if (!known.isEmpty()) {
            return known;
        }
        String created = newInstanceId.get();
        Path draft = path.resolve(INSTANCE_ID + ".new");
        try (FileChannel channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(bytes(created + "\n"));
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        return created;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void removeLeftovers(Path path) throws IOException {
        List<Path> leftovers;
        try (Stream<Path> entries = Files.list(path)) {
            leftovers = entries.filter(entry -> entry.getFileName().toString().startsWith(REMOVED))
                    .toList();
        }
        for (Path leftover : leftovers) {
            removeTree(leftover);
        }
    }

    private static void removeTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
