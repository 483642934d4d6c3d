/// \file
/// How the programs' allocator behaves; part of every program that is linked with it.

// Memory that is free goes back to the system by the clock. By default that is done along the way by whoever
// allocates next, so that a node that falls silent after a storm would keep what the storm needed.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,max_background_threads:1";
