"""Addresses of accounts."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import password, second_factor, sessions, sign_in, single_sign_on

urlpatterns = [
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("login/code/", sign_in.SecondStep.as_view(), name="second_step"),
    path("login/sso/", single_sign_on.leave, name="sso"),
    path("login/sso/back/", single_sign_on.come_back, name="sso_back"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("still-here/", sessions.still_here, name="still_here"),
    path("password/", password.ChangePassword.as_view(), name="password_change"),
    path("second-factor/", second_factor.manage, name="second_factor"),
    path("second-factor/picture.svg", second_factor.picture, name="second_factor_picture"),
    path("sessions/", sessions.list_sessions, name="sessions"),
    path("sessions/<str:username>/", sessions.list_sessions, name="sessions_of"),
]
