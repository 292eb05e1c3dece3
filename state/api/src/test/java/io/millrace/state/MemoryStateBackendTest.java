package io.millrace.state;

final class MemoryStateBackendTest extends TaskStateContract {
    @Override
    protected StateBackend newBackend() {
        return new MemoryStateBackend();
    }
}
