package io.millrace.state.rocksdb;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A second JVM with this test's class path. Closing kills it and waits until it is gone. */
final class ChildProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    ChildProcess(Class<?> main, List<String> jvmArgs, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx128m");
        command.addAll(jvmArgs);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    long pid() {
        return process.pid();
    }

    /** Null when it has ended. */
    @Nullable
    String readLine() throws IOException {
        return output.readLine();
    }

    /** The first line that starts so; fails with all output if it ends before. */
    String readLine(String prefix) throws IOException {
        List<String> others = new ArrayList<>();
        for (String line = readLine(); line != null; line = readLine()) {
            if (line.startsWith(prefix)) {
                return line;
            }
            others.add(line);
        }
        throw new AssertionError("no line \"" + prefix + "…\" in " + others);
    }

    @Override
    public void close() {
        // onExit rather than waitFor: there is nothing to do about an interrupt but to fail.
        process.destroyForcibly().onExit().join();
    }
}
