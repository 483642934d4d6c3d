/// \file
/// The paths of the payment providers' stand-ins.
#pragma once

#include "sandbox/daraja_desk.hpp"
#include "sandbox/stripe_desk.hpp"

#include <string>
#include <vector>

namespace wakala::sandbox {

/// `/_sandbox/stripe/…`, `/_sandbox/daraja/…`, `/_sandbox/payments`. Not thread-safe: lives on the timer queue's
/// thread.
class payment_routes {
public:
  payment_routes(const payment_world& world, const payment_options& options)
      : stripe_(world, options), daraja_(world, options) {}

  /// `parts` are those of the path below `/_sandbox`. False: it is none of these, and was not answered.
  bool handle(const web_request& request, std::vector<std::string> parts, const routes::respond& answer);

private:
  web_reply control(const web_request& request, const std::string& which);
  web_reply act(const web_request& request, const std::string& id);

  stripe_desk stripe_;
  daraja_desk daraja_;
};

} // namespace wakala::sandbox
