/// \file
/// The commit that was built, in a file of its own that the build writes.
#pragma once

namespace wakala::bench {

const char* built_commit();

} // namespace wakala::bench
